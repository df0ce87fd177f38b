#include <unistd.h>

#include "calls.h"

struct H {
  F f;
};
int main() {
  int p[2];
  pipe(p);
  struct H* h = malloc(8);
  h->f = b;
  write(p[1], &h, 8);
  struct H* g;
  read(p[0], &g, 8);
  g->f();
  FILE* f = tmpfile();
  F q = c;
  fwrite(&q, 8, 1, f);
  rewind(f);
  F r;
  fread(&r, 8, 1, f);
  r();
}
