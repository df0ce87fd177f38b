#include "calls.h"

typedef long V __attribute__((vector_size(32)));
int main() {
  V v = {(long)a, (long)b, (long)c, 0};
  V w = __builtin_shufflevector(v, v, 2, 1, 0, 3);
  ((F)w[0])();
  ((F)w[two])();
  V* h = aligned_alloc(32, 64);
  h[1] = w;
  ((F)h[1][1])();
}
