#include "calls.h"

int main() {
  F f = a;
  FILE* m = tmpfile();
  for (int i = 0; i < 8; i++)
    putc(((unsigned char*)&f)[i], m);
  rewind(m);
  F g;
  for (int i = 0; i < 8; i++)
    ((unsigned char*)&g)[i] = getc(m);
  g();
}
