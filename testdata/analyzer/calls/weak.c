#include "calls.h"

__attribute__((weak)) void hook(void);
static void impl(void) {
  a();
}
void al(void) __attribute__((alias("impl")));
__attribute__((weak)) void wk(void) {
  b();
}
F t[] = {al, wk};
F* const tp = &t[1];
int main() {
  if (hook)
    hook();
  F f = al;
  f();
  t[0]();
  (*tp)();
  F w = wk;
  w();
}
