#include "calls.h"

struct Ops {
  F open, close;
  void (*arg)(void*);
};
struct Dev {
  const struct Ops* ops;
  void* priv;
};
static void ar(void* p) {
  ((struct Dev*)p)->ops->open();
}
static const struct Ops o1 = {a, b, ar},
                        o2 = {.close = c, .open = b, .arg = ar};
static struct Dev* reg[8];
static int nr;
static void add(struct Dev* d) {
  reg[nr++] = d;
}
int main() {
  struct Dev d = {&o1}, e = {&o2};
  add(&d);
  add(&e);
  for (int i = 0; i < nr; i++) {
    reg[i]->ops->open();
    reg[i]->ops->close();
    reg[i]->ops->arg(reg[i]);
  }
}
