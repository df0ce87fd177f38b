#include "calls.h"

struct E {
  int k;
  F f;
};
static int cmp(const void* x, const void* y) {
  ((struct E*)x)->f();
  return ((struct E*)x)->k - ((struct E*)y)->k;
}
int main() {
  struct E e[3] = {{3, a}, {1, b}, {2, c}};
  static void* slot;
  char name[32];
  extern char** environ;
  struct L {
    void* p;
  }* l = (void*)getenv("NOPE");
  (void)l;
  slot = (void*)cmp;
  FILE* f = fmemopen(&slot, 8, "r");
  void* g;
  fread(&g, 8, 1, f);
  qsort(e, 3, sizeof *e, (int (*)(const void*, const void*))g);
}
