#include "calls.h"

typedef struct M M;
typedef void* (*St)(M*);
struct M {
  int k;
  F f;
};
static void* s3(M* m) {
  m->f();
  return 0;
}
static void* s2(M* m) {
  m->f = b;
  return (void*)s3;
}
static void* s1(M* m) {
  m->f = a;
  return (void*)s2;
}
int main() {
  M m = {0};
  St s = s1;
  while (s)
    s = (St)s(&m);
}
