#include <pthread.h>

#include "calls.h"

struct A {
  F f;
};
static void* run(void* p) {
  ((struct A*)p)->f();
  return p;
}
int main() {
  struct A x = {a};
  pthread_t t;
  pthread_create(&t, 0, run, &x);
  void* r;
  pthread_join(t, &r);
  ((struct A*)r)->f();
}
