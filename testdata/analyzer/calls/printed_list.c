#include "calls.h"

static void print(char* to, const char* format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(to, 64, format, list);
  va_end(list);
}
int main() {
  char text[64];
  F f = a;
  print(text, "%p", (void*)b);
  if (one) {
    void* q;
    sscanf(text, "%p", &q);
    f = (F)q;
  }
  f();
  F g = a;
  print(text, "%ld", (long)c);
  if (one) g = (F)atol(text);
  g();
}
