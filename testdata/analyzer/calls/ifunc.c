#include "calls.h"

struct H {
  F f;
};
static void im(struct H* h) {
  h->f();
}
// The loader calls it when nothing else can be called yet.
__attribute__((no_instrument_function,
               no_sanitize("coverage"))) static void (*res(void))(struct H*) {
  return im;
}
void run(struct H*) __attribute__((ifunc("res")));
int main() {
  struct H h = {a};
  run(&h);
  void (*p)(struct H*) = run;
  h.f = b;
  p(&h);
}
