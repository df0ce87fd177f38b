#include "calls.h"

static F d;
__attribute__((destructor)) static void de(void) {
  d();
}
__attribute__((constructor)) static void co(void) {
  d = b;
}
int main() {
  d = a;
}
