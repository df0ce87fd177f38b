#include <search.h>

#include "calls.h"

struct E {
  int k;
  F f;
};
static int cmp(const void* x, const void* y) {
  ((struct E*)y)->f();
  return ((struct E*)x)->k - ((struct E*)y)->k;
}
static void walk(const void* p, VISIT v, int d) {
  (*(struct E**)p)->f();
}
int main() {
  void* root = 0;
  static struct E e[3] = {{1, a}, {2, b}, {3, c}};
  for (int i = 0; i < 3; i++)
    tsearch(&e[i], &root, cmp);
  twalk(root, walk);
}
