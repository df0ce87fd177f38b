#include "calls.h"

static F hook;
struct S {
  F opt;
  F f;
};
int main() {
  struct S s = {0, a};
  if (hook)
    hook();
  if (s.opt)
    s.opt();
  s.f();
}
