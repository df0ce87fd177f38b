#include "calls.h"

struct K {
  char name[16];
  F f;
};
struct S {
  long n;
  struct K k[2];
};
int main() {
  struct S* s = calloc(1, sizeof *s + 24 * 4);
  int i = two + 2;
  s->k[i].f = b;
  (*(F*)((char*)s + 8 + 24 * 4 + 16))();
  s->k[4].f();
  struct K* k = &s->k[0];
  k[4].f();
}
