#include "calls.h"

struct Y {
  char b[16];
  F f;
};
int main() {
  static struct Y y = {"AAA=bbb", c};
  putenv(y.b);
  char* v = getenv("AAA");
  ((struct Y*)(v - 4))->f();
}
