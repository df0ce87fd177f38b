#include <sys/mman.h>

#include "calls.h"

struct S {
  F f;
};
int main() {
  struct S* s = mmap(0, 4096, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  s->f = a;
  s[9].f = b;
  s->f();
  s[9].f();
  s = mremap(s, 4096, 8192, 1);
  s[9].f();
}
