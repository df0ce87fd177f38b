#include "calls.h"

struct X {
  F f;
};
static int cmp(const void* x, const void* y, void* z) {
  ((struct X*)z)->f();
  return *(int*)x - *(int*)y;
}
int main() {
  struct X x = {a};
  int v[3] = {3, 1, 2};
  qsort_r(v, 3, 4, cmp, &x);
}
