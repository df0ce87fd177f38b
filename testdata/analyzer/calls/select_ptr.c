#include "calls.h"

struct S {
  F f;
};
int main() {
  struct S x = {a}, y = {b};
  struct S* p = two > 1 ? &x : &y;
  p->f();
  F* q = zero ? &x.f : &y.f;
  (*q)();
  F f = (one ? a : c);
  f();
  (zero ? b : c)();
}
