#include <pthread.h>

#include "calls.h"

// Each hook is null wherever its function is called by name.
static void by_pointer(F hook) {
  if (hook)
    hook();
}
static void* by_thread(void* hook) {
  if (hook)
    ((F)hook)();
  return hook;
}
static int by_library(const void* left, const void* right) {
  if (left && *(F const*)left)
    (*(F const*)left)();
  return left < right;
}
static void by_number(long hook) {
  if (hook)
    ((F)hook)();
}
static void by_bits(F hook) {
  if (hook)
    hook();
}
static void never(F hook) {
  if (hook)
    hook();
}
static void (*table[])(F) = {by_pointer};

int main() {
  never(0);
  by_pointer(0);
  by_thread(0);
  by_library(0, 0);
  by_number(0);
  by_bits(0);
  table[zero](a);
  pthread_t t;
  pthread_create(&t, 0, by_thread, (void*)b);
  pthread_join(t, 0);
  F sorted[] = {c, a};
  qsort(sorted, 2, sizeof *sorted, by_library);
  by_number((long)b);
  uintptr_t x = (uintptr_t)c, y = 0;
  for (int i = 0; i < 64; i++)
    if (x >> i & 1)
      y |= 1ul << i;
  by_bits((F)y);
}
