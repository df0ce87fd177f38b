// The end of numbers (runtime/handles.h) where AddressSanitizer has free(): by
// its hook, which it calls before it takes the block.
#ifndef BAILEY_RUNTIME_FUZZ_FREED_H_
#define BAILEY_RUNTIME_FUZZ_FREED_H_

#ifdef __cplusplus
extern "C" {
#endif

// Whether it could be had. Called once, before any number is given out.
int bailey_fuzz_watch_frees(void);

#ifdef __cplusplus
}
#endif

#endif  // BAILEY_RUNTIME_FUZZ_FREED_H_
