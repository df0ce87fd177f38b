#include "calls.h"

struct H {
  F f;
  long n;
};
static void* al(size_t s) {
  struct H* h = malloc(sizeof *h + s);
  h->f = a;
  h->n = s;
  return h + 1;
}
static void fr(void* p) {
  ((struct H*)p)[-1].f();
  free((struct H*)p - 1);
}
int main() {
  char* p = al(10);
  fr(p);
  F* q = al(24);
  q[2] = b;
  q[2]();
  q[-2]();
}
