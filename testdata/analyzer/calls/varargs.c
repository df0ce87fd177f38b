#include "calls.h"

static void run(int k, ...) {
  va_list l, m;
  va_start(l, k);
  va_copy(m, l);
  while (k--)
    va_arg(l, F)();
  va_arg(m, F)();
  va_end(l);
  va_end(m);
}
struct P {
  F f;
  long x[4];
};
static void runs(int k, ...) {
  va_list l;
  va_start(l, k);
  struct P p = va_arg(l, struct P);
  p.f();
  va_end(l);
}
static void vr(va_list* l) {
  va_arg(*l, F)();
}
static void rv(int k, ...) {
  va_list l;
  va_start(l, k);
  vr(&l);
  va_end(l);
}
int main() {
  run(3, a, b, c);
  run(9, a, b, c, a, b, c, a, b, c);
  struct P p = {b};
  runs(1, p);
  rv(1, c);
}
