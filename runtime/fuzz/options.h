// The fuzzer's own options, taken out of libFuzzer's arguments, and the place
// where it runs.
//
//   --credential NAME=file:PATH   what stands for a credential: never the real
//                                 one; or NAME=none
//   --calls N                     end after N calls, with status 0
//   --no-null                     well-formed requests have no null pointers,
//   to
//                                 look behind a function that cannot take one
//
// It runs in a directory of its own, made in $TMPDIR or /tmp; arguments that
// name files are made absolute before, and what libFuzzer writes lands where it
// was started.

#ifndef BAILEY_RUNTIME_FUZZ_OPTIONS_H_
#define BAILEY_RUNTIME_FUZZ_OPTIONS_H_

#include <stdint.h>

#include "runtime/fuzz_portion.h"

struct bailey_fuzz_options {
  uint64_t calls;  // 0: no end
  int has_no_nulls;
};

// Ends the process with status 2 and a message where an option is wrong, or one
// of the portion's credentials has no dummy.
struct bailey_fuzz_options bailey_fuzz_read_options(
    int* argc, char*** argv, const struct bailey_fuzz_portion* portion);

// Makes the directory and goes there; its name lives on.
const char* bailey_fuzz_enter_directory(void);
void bailey_fuzz_remove_directory(const char* directory);

#endif  // BAILEY_RUNTIME_FUZZ_OPTIONS_H_
