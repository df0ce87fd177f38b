#include "calls.h"

struct I {
  char n[3];
  F f;
  struct I* next;
  F* tab;
};
static F tab[] = {a, b, [5] = c};
static struct I i2 = {"x", b, 0, tab + 4}, i1 = {"y", a, &i2, &tab[1]};
struct I* const head = &i1;
int main() {
  for (struct I* p = head; p; p = p->next) {
    p->f();
    if (p->tab[0])
      p->tab[0]();
  }
  i2.tab[1]();
}
