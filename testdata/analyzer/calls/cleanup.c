#include "calls.h"

static void cl(F* f) {
  (*f)();
}
int main() {
  __attribute__((cleanup(cl))) F f = a;
  __attribute__((cleanup(cl))) F g = b;
}
