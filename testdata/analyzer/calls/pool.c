#include "calls.h"

static char *cur, *end;
static void* al(size_t s) {
  if (!cur || cur + s > end) {
    cur = malloc(4096);
    end = cur + 4096;
  }
  void* p = cur;
  cur += (s + 15) & ~15ul;
  return p;
}
struct O {
  F f;
  struct O* next;
};
int main() {
  struct O* l = 0;
  F fs[] = {a, b, c};
  for (int i = 0; i < 3; i++) {
    struct O* o = al(sizeof *o);
    o->f = fs[i];
    o->next = l;
    l = o;
  }
  for (; l; l = l->next)
    l->f();
}
