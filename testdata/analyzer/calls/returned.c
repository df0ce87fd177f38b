#include "calls.h"

static F pick(int i) {
  return i == 0 ? a : i == 1 ? b : c;
}
typedef F (*P)(int);
static P get(void) {
  return pick;
}
struct R {
  F f;
  F g;
  F h;
};
static struct R mk(void) {
  struct R r = {a, b, c};
  return r;
}
static void use(struct R r) {
  r.h();
}
struct R2 {
  F f;
  F g;
};
static struct R2 m2(void) {
  struct R2 r = {a, b};
  return r;
}
int main() {
  for (int i = 0; i < 3; i++)
    get()(i)();
  struct R r = mk();
  r.f();
  use(r);
  m2().g();
  struct R (*p)(void) = mk;
  p().g();
  void (*u)(struct R) = use;
  u(r);
}
