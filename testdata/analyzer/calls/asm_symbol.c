#include "calls.h"

void fa(void) {
  a();
}
int main() {
  F f;
  __asm__("lea fa(%%rip),%0" : "=r"(f));
  f();
}
