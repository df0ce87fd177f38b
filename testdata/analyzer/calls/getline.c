#include "calls.h"

int main() {
  F f = a;
  FILE* m = tmpfile();
  fwrite(&f, 8, 1, m);
  fputc(10, m);
  rewind(m);
  char* l = 0;
  size_t k = 0;
  getline(&l, &k, m);
  F g;
  memcpy(&g, l, 8);
  g();
}
