#include <link.h>

#include "calls.h"

struct X {
  F f;
};
static int on(struct dl_phdr_info* i, size_t s, void* d) {
  ((struct X*)d)->f();
  return 1;
}
int main() {
  struct X x = {b};
  dl_iterate_phdr(on, &x);
}
