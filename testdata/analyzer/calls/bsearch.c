#include "calls.h"

struct E {
  int k;
  F f;
};
static int cmp(const void* x, const void* y) {
  ((struct E*)y)->f();
  return *(int*)x - ((struct E*)y)->k;
}
static struct E e[4] = {{1, a}, {2, b}, {3, c}, {4, a}};
int main() {
  int k = 3;
  struct E* r = bsearch(&k, e, 4, sizeof *e, cmp);
  r->f();
}
