// The switch to serving: from the call on, a portion whose policy says
// `serving { ... }` is under a second, tighter filter; without one, and outside
// Bailey, the call does nothing.
//
//   load_configuration();
//   BAILEY_SERVING();
//   for (;;) answer(accept(listener, NULL, NULL));
//
// All threads are switched, for good. Where that fails the process ends: it
// never serves under the wider filter. A program may declare the function by
// itself instead of including this:
//
//   extern void bailey_serving(void) __attribute__((weak));

#ifndef BAILEY_RUNTIME_SERVING_H_
#define BAILEY_RUNTIME_SERVING_H_

#ifdef __cplusplus
extern "C" {
#endif

void bailey_serving(void) __attribute__((weak));

#define BAILEY_SERVING()                  \
  do {                                    \
    if (bailey_serving) bailey_serving(); \
  } while (0)

#ifdef __cplusplus
}
#endif

#endif  // BAILEY_RUNTIME_SERVING_H_
