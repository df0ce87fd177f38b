#include "calls.h"

static __thread F f;
static _Thread_local struct {
  int k;
  F g;
} s;
__thread F arr[4] = {a, b};
int main() {
  f = a;
  s.g = b;
  f();
  s.g();
  arr[one + one] = c;
  arr[2]();
  arr[1]();
}
