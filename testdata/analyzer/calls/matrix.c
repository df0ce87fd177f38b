#include "calls.h"

static F m[3][4];
int main() {
  for (int i = 0; i < 3; i++)
    for (int j = 0; j < 4; j++)
      m[i][j] = (i + j) % 2 ? a : b;
  m[2][3] = c;
  F* p = &m[0][0];
  for (int i = 0; i < 12; i++)
    p[i]();
  F(*r)[4] = &m[one];
  r[1][3]();
  m[two][3]();
}
