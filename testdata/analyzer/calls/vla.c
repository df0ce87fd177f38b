#include "calls.h"

int main() {
  int k = two + 3;
  F v[k];
  for (int i = 0; i < k; i++)
    v[i] = a;
  v[k - 1] = c;
  v[4]();
  F* al = __builtin_alloca(8 * k);
  al[3] = b;
  al[two + 1]();
  struct {
    F f[2];
  } w[k];
  w[k - 1].f[1] = c;
  w[4].f[one]();
}
