#include <unistd.h>

static int counter;
static void work(void) {
  static int counter;
  if (++counter > 1) setuid(0);  // EXPECT: setuid proved
}

void other(void) {
  work();
  counter = 1;
}
