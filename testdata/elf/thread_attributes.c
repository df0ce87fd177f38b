// Threads whose attributes come by all the ways there are. What the attributes
// say is settled before main, and done after it began.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stddef.h>

static pthread_attr_t own_policy, own_processors;

__attribute__((constructor)) static void Prepare(void) {
  cpu_set_t processors;
  pthread_getaffinity_np(pthread_self(), sizeof processors, &processors);
  pthread_attr_init(&own_policy);
  pthread_attr_setinheritsched(&own_policy, PTHREAD_EXPLICIT_SCHED);
  pthread_attr_setschedpolicy(&own_policy, SCHED_OTHER);
  pthread_attr_init(&own_processors);
  pthread_attr_setaffinity_np(&own_processors, sizeof processors, &processors);
}

static void *Run(void *unused) { return unused; }

static void Start(const pthread_attr_t *attributes) {
  pthread_t thread;
  if (pthread_create(&thread, attributes, Run, NULL) == 0)
    pthread_join(thread, NULL);
}

int main(void) {
  Start(&own_policy);
  Start(&own_processors);
  pthread_setattr_default_np(&own_policy);
  Start(NULL);
  pthread_setattr_default_np(&own_processors);
  Start(NULL);
  return 0;
}
