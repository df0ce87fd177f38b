#include "calls.h"

struct X {
  struct tm t;
  F f;
};
int main() {
  time_t t = 0;
  struct X x;
  x.f = a;
  struct X* p = (struct X*)localtime_r(&t, &x.t);
  p->f();
  struct X* q = (struct X*)gmtime_r(&t, &x.t);
  q->f();
  struct Y {
    char b[64];
    F f;
  } y;
  y.f = b;
  ((struct Y*)ctime_r(&t, y.b))->f();
  ((struct Y*)asctime_r(&x.t, y.b))->f();
}
