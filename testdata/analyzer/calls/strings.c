#include "calls.h"

struct Y {
  char b[16];
  F f;
};
int main() {
  struct Y y;
  y.f = a;
  char* e = stpcpy(y.b, "abc");
  ((struct Y*)(e - 3))->f();
  e = strchr(y.b, (int)'b');
  ((struct Y*)(e - 1))->f();
  e = strncpy(y.b, "q", 16);
  ((struct Y*)e)->f();
  char d[32];
  F g = b;
  char s[16];
  memcpy(s, &g, 8);
  s[8] = 0;
  strcpy(d, s);
  memset(d + 6, 0, 2);
  F h;
  memcpy(&h, d, 8);
  h();
  char* t = fgets(y.b, 16, fmemopen("hi", 2, "r"));
  ((struct Y*)t)->f();
  char* k = strtok(y.b, "i");
  ((struct Y*)k)->f();
  long v = strtol(y.b, &k, 10);
  (void)v;
  ((struct Y*)k)->f();
}
