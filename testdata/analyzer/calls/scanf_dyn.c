#include "calls.h"

int main() {
  char* p = 0;
  F f = a;
  if (asprintf(&p, "%d", 3) > 0)
    f();
  struct {
    char* p;
    F g;
  } s = {p, b};
  asprintf(&s.p, "%s", p);
  s.g();
}
