#include "calls.h"

static const struct {
  const char* n;
  F f;
} T[] = {{"x", a}, {"y", b}, {"z", c}};
int main(int k, char** v) {
  for (unsigned i = 0; i < 3; i++)
    if (strcmp(T[i].n, "y") >= 0)
      T[i].f();
}
