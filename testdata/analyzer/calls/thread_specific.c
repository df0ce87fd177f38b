#include <pthread.h>

#include "calls.h"

struct A {
  F f;
};
static pthread_key_t k;
static pthread_once_t o = PTHREAD_ONCE_INIT;
static void dtor(void* p) {
  ((struct A*)p)->f();
}
static void init(void) {
  pthread_key_create(&k, dtor);
}
static void* run(void* p) {
  pthread_once(&o, init);
  pthread_setspecific(k, p);
  ((struct A*)pthread_getspecific(k))->f();
  return 0;
}
int main() {
  static struct A x = {c};
  pthread_t t;
  pthread_create(&t, 0, run, &x);
  pthread_join(t, 0);
}
