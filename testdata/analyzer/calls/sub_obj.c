#include "calls.h"

struct A {
  F f;
};
struct B {
  int k;
  struct A a;
};
struct D {
  struct B b[2];
  F g;
};
static void use(struct A* a_) {
  a_->f();
}
int main() {
  struct D* d = calloc(2, sizeof *d);
  d[1].b[1].a.f = c;
  d[1].g = a;
  use(&d[one].b[one].a);
  struct B* p = d[1].b;
  p[1].a.f();
  ((F*)(d + 2))[-1]();
}
