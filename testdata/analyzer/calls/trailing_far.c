#include "calls.h"

struct S {
  long n;
  F f[2];
};
static F* at(struct S* s, int i) {
  return &s->f[i];
}
int main() {
  struct S* s = calloc(1, 200);
  *at(s, two + 5) = a;
  F* q = s->f;
  q[7]();
  F g = *(F*)((char*)s + 64);
  g();
  *at(s, one) = b;
  at(s, 7)[0]();
  at(s, 1)[0]();
}
