#include "calls.h"

struct S {
  F f;
  F g;
};
#include <wchar.h>
int main(){
  struct S s = {a, b};
  char buf[64];
  char* e = mempcpy(buf, &s, 16);
  ((F*)e)[-1]();
  struct S t;
  bcopy(&s, &t, 16);
  t.f();
  char w[32];
  wmemcpy((void*)w, (void*)&s, 4);
  F g;
  memcpy(&g, w + 8, 8);
  g();
}
