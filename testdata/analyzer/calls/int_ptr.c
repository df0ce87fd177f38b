#include "calls.h"

int main() {
  uintptr_t x = (uintptr_t)a;
  x ^= 0x55;
  x ^= 0x55;
  ((F)x)();
  x = (uintptr_t)b;
  uintptr_t k = x * 3;
  ((F)(k / 3))();
  uint32_t lo = (uint32_t)(uintptr_t)c, hi = (uintptr_t)c >> 32;
  ((F)((uintptr_t)hi << 32 | lo))();
  double d;
  uintptr_t y = (uintptr_t)a;
  memcpy(&d, &y, 8);
  double e = d;
  memcpy(&y, &e, 8);
  ((F)y)();
  __int128 w = (__int128)(uintptr_t)b << 64;
  ((F)(uintptr_t)(w >> 64))();
}
