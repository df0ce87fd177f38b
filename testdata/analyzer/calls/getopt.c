#include <getopt.h>

#include "calls.h"

struct A {
  char s[8];
  F f;
};
int main() {
  static struct A x = {"-p", a}, y = {"val", b};
  char* v[] = {"p", x.s, y.s, 0};
  int o;
  while ((o = getopt(3, v, "p:")) != -1)
    ((struct A*)optarg)->f();
  ((struct A*)v[1])->f();
}
