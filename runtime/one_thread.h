// Whether this process has one thread: then nothing needs a lock.
//
//   if (bailey_has_one_thread()) ...
//
// Only a thread that runs can start another, so the answer holds until this one
// starts one itself. Always no where the C library does not say.

#ifndef BAILEY_RUNTIME_ONE_THREAD_H_
#define BAILEY_RUNTIME_ONE_THREAD_H_

#include <stddef.h>
#include <sys/single_threaded.h>

#pragma weak __libc_single_threaded

static inline int bailey_has_one_thread(void) {
  return &__libc_single_threaded != NULL && __libc_single_threaded;
}

#endif  // BAILEY_RUNTIME_ONE_THREAD_H_
