#include "calls.h"

struct E {
  int k;
  F f;
  char pad[20];
};
struct T {
  int x;
  struct E e[4];
  F last;
} t;
int main() {
  for (int i = 0; i < 4; i++)
    t.e[i].f = i & 1 ? a : b;
  t.last = c;
  for (struct E* e = t.e; e < t.e + 4; e++)
    e->f();
  struct E* e = &t.e[two];
  e[1].f();
  t.last();
  (*(F*)((char*)&t + sizeof t - 8))();
}
