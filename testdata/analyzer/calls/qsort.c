#include "calls.h"

struct E {
  int k;
  F f;
};
static int cmp(const void* x, const void* y) {
  ((struct E*)x)->f();
  ((struct E*)y)->f();
  return ((struct E*)x)->k - ((struct E*)y)->k;
}
int main() {
  struct E e[3] = {{3, a}, {1, b}, {2, c}};
  qsort(e, 3, sizeof *e, cmp);
  struct E k = {2, a};
  struct E* r = bsearch(&k, e, 3, sizeof *e, cmp);
  r->f();
}
