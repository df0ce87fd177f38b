#include "calls.h"

struct N {
  const char* k;
  F f;
  struct N* n;
};
static struct N* tab[16];
static unsigned hs(const char* s) {
  unsigned h = 5;
  while (*s)
    h = h * 33 + *s++;
  return h;
}
static void put(const char* k, F f) {
  struct N* x = malloc(sizeof *x);
  x->k = strdup(k);
  x->f = f;
  x->n = tab[hs(k) & 15];
  tab[hs(k) & 15] = x;
}
static F get(const char* k) {
  for (struct N* x = tab[hs(k) % 16]; x; x = x->n)
    if (!strcmp(x->k, k))
      return x->f;
  return 0;
}
int main() {
  put("a", a);
  put("b", b);
  put("c", c);
  get("b")();
  get("c")();
  get("a")();
}
