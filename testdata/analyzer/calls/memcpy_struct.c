#include "calls.h"

struct S {
  int k;
  F f;
  F g;
};
int main() {
  struct S s = {1, a, b}, d, *h;
  memcpy(&d, &s, sizeof s);
  d.f();
  h = malloc(24);
  memmove(h, &d, (size_t)24 * one);
  h->g();
  h = realloc(h, 480);
  h[19].f = c;
  h[19].f();
  h->f();
  struct S e = *h;
  e.g();
  struct S* q = malloc(48);
  memcpy((char*)q + 24, (char*)h, 24);
  q[1].f();
}
