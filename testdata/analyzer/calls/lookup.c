#include "calls.h"

static unsigned char id[256];
int main() {
  for (int i = 0; i < 256; i++)
    id[i] = i;
  F f = a, g;
  unsigned char *p = (void*)&f, *q = (void*)&g;
  for (int i = 0; i < 8; i++)
    q[i] = id[p[i]];
  g();
}
