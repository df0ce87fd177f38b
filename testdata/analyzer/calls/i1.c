#include "calls.h"

int main() {
  uintptr_t x = (uintptr_t)a, y = 0;
  for (int i = 0; i < 64; i++)
    if (x >> i & 1)
      y |= 1ul << i;
  ((F)y)();
}
