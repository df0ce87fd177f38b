#include "calls.h"

struct L {
  struct L* next;
};
struct O {
  long k;
  struct L l;
  F f;
};
int main() {
  struct O o1 = {1, {0}, a}, o2 = {2, {&o1.l}, b};
  for (struct L* p = &o2.l; p; p = p->next)
    ((struct O*)((char*)p - offsetof(struct O, l)))->f();
}
