#include "calls.h"

struct __attribute__((packed)) K {
  char t;
  F f;
};
static struct K k[4];
int main() {
  for (int i = 0; i < 4; i++)
    k[i].f = i & 1 ? a : b;
  k[3].f = c;
  for (int i = 0; i < 4; i++)
    k[i].f();
  F* p = (F*)((char*)k + 27 + 1);
  F g;
  memcpy(&g, p, 8);
  g();
}
