#include <ucontext.h>

#include "calls.h"

static ucontext_t m, u;
static char st[65536];
static F g;
static void go(void) {
  g();
}
int main() {
  g = a;
  getcontext(&u);
  u.uc_stack.ss_sp = st;
  u.uc_stack.ss_size = sizeof st;
  u.uc_link = &m;
  makecontext(&u, go, 0);
  swapcontext(&m, &u);
}
