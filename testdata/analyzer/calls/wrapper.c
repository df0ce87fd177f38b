#include "calls.h"

struct O {
  F f;
};
static void* xm(size_t s) {
  void* p = malloc(s);
  if (!p)
    abort();
  return p;
}
static struct O* mk(F f) {
  struct O* o = xm(sizeof *o);
  o->f = f;
  return o;
}
int main() {
  struct O *x = mk(a), *y = mk(b);
  x->f();
  y->f();
  struct O* z = xm(8);
  z->f = c;
  z->f();
}
