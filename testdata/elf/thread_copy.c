// A thread that is made with the attributes of another one.
#define _GNU_SOURCE
#include <pthread.h>
#include <stddef.h>

static void *Run(void *unused) { return unused; }

int main(void) {
  pthread_attr_t attributes;
  pthread_t thread;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 1;
  // The stack of the first thread is no room for another.
  pthread_attr_setstack(&attributes, NULL, 0);
  static char stack[1 << 18] __attribute__((aligned(4096)));
  pthread_attr_setstack(&attributes, stack, sizeof stack);
  if (pthread_create(&thread, &attributes, Run, NULL) == 0)
    pthread_join(thread, NULL);
  return 0;
}
