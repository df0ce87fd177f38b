#include "calls.h"

union U {
  F f;
  uintptr_t i;
  unsigned char b[8];
  struct {
    uint32_t lo, hi;
  } h;
} u, v;
int main() {
  u.f = a;
  v.i = u.i;
  v.f();
  u.f = b;
  for (int i = 0; i < 8; i++)
    v.b[i] = u.b[i];
  v.f();
  u.f = c;
  v.h.lo = u.h.lo;
  v.h.hi = u.h.hi;
  v.f();
}
