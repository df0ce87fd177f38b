#include "calls.h"

struct S {
  long n;
  F f[2];
};
__attribute__((noinline)) void put(struct S* s, int i, F f) {
  s->f[i] = f;
}
int main() {
  struct S* s = calloc(1, sizeof *s + 8 * 4);
  put(s, 5, c);
  F* p = (F*)s;
  p[6]();
  s->f[5]();
  (*(F*)((char*)s + 48))();
}
