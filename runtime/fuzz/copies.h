// What generated glue takes and reserves, in the fuzz build: each item a block
// of its own on the heap, so that AddressSanitizer sees a function that reads
// or writes a byte too far, or keeps a pointer after the reply. In a message
// the bytes beside an item are a neighbour's, and nothing would notice.
//
// The glue's calls of bailey_take() and so on are renamed in its objects
// (objcopy --redefine-sym) to these, which call the real ones.

#ifndef BAILEY_RUNTIME_FUZZ_COPIES_H_
#define BAILEY_RUNTIME_FUZZ_COPIES_H_

#include <stddef.h>

#include "runtime/crossing.h"

void* bailey_fuzz_take(struct bailey_crossing* message, size_t size);
char* bailey_fuzz_take_string(struct bailey_crossing* message);
void* bailey_fuzz_reserve(struct bailey_crossing* message, size_t size);
void* bailey_fuzz_reserve_copy(struct bailey_crossing* message,
                               const void* bytes, size_t size);
void* bailey_fuzz_guard(struct bailey_crossing* message, const void* bytes,
                        size_t size, size_t element, const char* parameter);
char* bailey_fuzz_guard_text(struct bailey_crossing* message, const char* text,
                             const char* parameter);

// After the glue: what was reserved goes into the message, and all blocks are
// freed.
void bailey_fuzz_settle(void);

#endif  // BAILEY_RUNTIME_FUZZ_COPIES_H_
