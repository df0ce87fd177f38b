#include "calls.h"

struct P {
  F f[3];
};
struct Q {
  struct P p[2];
  long t;
};
static struct Q cp(struct Q q) {
  q.p[1].f[two] = c;
  return q;
}
int main() {
  struct Q q = {{{{a, a, a}}, {{b, b, b}}}, 1};
  struct Q r = cp(q);
  r.p[1].f[2]();
  r.p[0].f[1]();
  q.p[1].f[2]();
  struct Q s[3];
  s[two] = r;
  s[2].p[1].f[2]();
}
