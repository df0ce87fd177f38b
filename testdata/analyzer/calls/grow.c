#include "calls.h"

struct V {
  F* f;
  int n, cap;
};
static void push(struct V* v, F f) {
  if (v->n == v->cap) {
    v->cap = v->cap ? 2 * v->cap : 2;
    v->f = realloc(v->f, v->cap * sizeof(F));
  }
  v->f[v->n++] = f;
}
int main() {
  struct V v = {0};
  push(&v, a);
  push(&v, b);
  push(&v, c);
  push(&v, a);
  push(&v, b);
  for (int i = 0; i < v.n; i++)
    v.f[i]();
  F* e = v.f + v.n;
  e[-3]();
}
