#include "calls.h"

static void bye(void) {
  a();
}
static F later;
static void bye2(void) {
  later();
}
static void e3(int s, void* p) {
  ((F)p)();
}
int main() {
  later = b;
  atexit(bye);
  atexit(bye2);
  on_exit(e3, (void*)c);
}
