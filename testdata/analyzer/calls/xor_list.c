#include "calls.h"

struct N {
  uintptr_t link;
  F f;
};
int main() {
  struct N x = {0, a}, y = {0, b}, z = {0, c};
  x.link = (uintptr_t)&y;
  y.link = (uintptr_t)&x ^ (uintptr_t)&z;
  z.link = (uintptr_t)&y;
  struct N *p = 0, *q = &x;
  while (q) {
    q->f();
    struct N* r = (struct N*)(q->link ^ (uintptr_t)p);
    p = q;
    q = r;
    if (q == p)
      break;
  }
}
