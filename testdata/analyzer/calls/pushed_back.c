#include "calls.h"

int main() {
  F f = b, g = a, h = a;
  FILE* m = fopen("/dev/null", "r");
  for (int i = 7; i >= 0; i--)
    ungetc(((unsigned char*)&f)[i], m);
  if (one)
    for (int i = 0; i < 8; i++)
      ((unsigned char*)&g)[i] = getc(m);
  g();
  F text[2] = {c, 0};
  FILE* t = tmpfile();
  fputs((char*)text, t);
  rewind(t);
  h = 0;
  fread(&h, 1, 6, t);
  h();
  FILE* p = tmpfile();
  fprintf(p, "%s", (char*)text);
  rewind(p);
  g = a;
  if (one) {
    g = 0;
    fread(&g, 1, 6, p);
  }
  g();
}
