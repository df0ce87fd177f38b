#include "calls.h"

int main() {
  double d = (double)(uintptr_t)a;
  d = d + 1.0;
  d = d - 1.0;
  ((F)(uintptr_t)d)();
}
