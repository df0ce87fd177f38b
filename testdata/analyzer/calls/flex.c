#include "calls.h"

struct S {
  int n;
  F f[];
};
int main() {
  struct S* s = malloc(sizeof *s + 8 * 4);
  for (int i = 0; i < 4; i++)
    s->f[i] = i == 3 ? c : a;
  s->n = 4;
  s->f[s->n - 1]();
  s->f[3]();
}
