#include "calls.h"

int main() {
  char s[32];
  snprintf(s, 32, "%lu", (unsigned long)(uintptr_t)b);
  F f = (F)strtoul(s, 0, 10);
  f();
  void* p;
  snprintf(s, 32, "%p", (void*)a);
  sscanf(s, "%p", &p);
  ((F)p)();
}
