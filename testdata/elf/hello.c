// The least a program does: what is seen of it is the loader, the start and the
// end.
#include <stdio.h>

int main(void) {
  puts("hello");
  return 0;
}
