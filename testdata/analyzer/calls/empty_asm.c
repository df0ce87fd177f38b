#include "calls.h"

int main() {
  F f = a;
  __asm__("" : "+r"(f));
  f();
  F g, h = b;
  __asm__("mov %1,%0" : "=r"(g) : "r"(h));
  g();
  F m = c, *pm = &m;
  F o;
  __asm__("mov (%1),%0" : "=r"(o) : "r"(pm) : "memory");
  o();
}
