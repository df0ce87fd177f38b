#include <setjmp.h>

#include "calls.h"

static jmp_buf j;
int main() {
  F f = a;
  volatile F g = b;
  if (setjmp(j) == 0) {
    f = c;
    g = c;
    longjmp(j, 1);
  }
  f();
  g();
}
