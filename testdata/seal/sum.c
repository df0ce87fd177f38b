/* What sum32.c and sum64.c share. */
#include "seal.h"

uint64_t sum_start(void) { return 0xcbf29ce484222325u; }

uint64_t sum_add(uint64_t sum, unsigned char byte) {
  return (sum ^ byte) * 0x100000001b3u;
}

CLONE(sum_next, seal_ref_sum_add);

void wipe(void* memory, size_t size) {
  volatile unsigned char* at = memory;
  while (size-- > 0) *at++ = 0;
}
