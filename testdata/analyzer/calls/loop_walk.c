#include "calls.h"

struct E {
  int k;
  F f;
};
static struct E t[40];
int main() {
  for (int i = 0; i < 40; i++)
    t[i].f = i % 3 ? a : b;
  t[39].f = c;
  struct E* p = t;
  do {
    p->f();
    p = p + 1;
  } while (p < t + 40);
  p = t + 39;
  while (p >= t) {
    p->f();
    p--;
  }
  F* q = (F*)((char*)t + 8);
  for (int i = 0; i < 40; i++)
    q[i * 2]();
}
