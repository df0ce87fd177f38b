#include "calls.h"

static void h(void* x) {
  (*(F*)x)();
}
static void two_(void* x, void* y) {
  (*(F*)x)();
}
typedef void (*G)(void*);
typedef void (*K)();
int main() {
  F f = a;
  G g = (G)two_;
  g(&f);
  K k = (K)h;
  k(&f);
  ((void (*)(F*))h)(&f);
  ((void (*)(void*, int, int))h)(&f, 1, 2);
}
