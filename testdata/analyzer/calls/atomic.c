#include <stdatomic.h>

#include "calls.h"

static _Atomic(F) s;
int main() {
  atomic_store(&s, a);
  F f = atomic_exchange(&s, b);
  f();
  F e = b;
  atomic_compare_exchange_strong(&s, &e, c);
  atomic_load (&s)();
  F x = a;
  __atomic_store_n(&x, b, 5);
  x();
  uintptr_t u = (uintptr_t)a;
  __atomic_fetch_xor(&u, 7, 5);
  __atomic_fetch_xor(&u, 7, 5);
  ((F)u)();
}
