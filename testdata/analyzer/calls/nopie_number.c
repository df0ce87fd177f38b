#include "calls.h"

int main() {
  char s[9];
  F f = a;
  memcpy(s, &f, 8);
  char t[8];
  for (int i = 0; i < 8; i++)
    t[i] = s[i] ^ 0x5a;
  for (int i = 0; i < 8; i++)
    t[i] ^= 0x5a;
  memcpy(&f, t, 8);
  f();
}
