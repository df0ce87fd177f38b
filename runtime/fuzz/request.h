// A hostile client's requests, made of a fuzzer's bytes.
//
//   struct bailey_fuzz_bytes input = {data, size};
//   struct bailey_fuzz_request request;
//   while (input.size > 0) bailey_fuzz_make(&input, portion, area, &request);
//
// Any bytes make requests. Three in four are well-formed as far as the function
// that they are for can tell: values, counts with buffers of that many
// elements, texts with their NUL, null pointers. The others have one thing
// wrong: a length or a count off by one, a byte of the payload turned, an
// unknown function, a number out of turn, or nothing right at all.

#ifndef BAILEY_RUNTIME_FUZZ_REQUEST_H_
#define BAILEY_RUNTIME_FUZZ_REQUEST_H_

#include <stddef.h>
#include <stdint.h>

#include "runtime/channel.h"
#include "runtime/fuzz_portion.h"

#ifdef __cplusplus
extern "C" {
#endif

// What is left of an input. Reads past its end give zeros.
struct bailey_fuzz_bytes {
  const uint8_t* at;
  size_t size;
};

// Where a client writes: a header, then `capacity` bytes of payload.
struct bailey_fuzz_area {
  struct bailey_area_header* header;
  unsigned char* payload;
  uint32_t capacity;
  int has_no_nulls;  // texts, buffers and structures are always there
};

// Takes at least one byte of a non-empty input and writes one request to the
// area, all of its header included; `next` is the number that the server
// expects. `portion` has at least one function. Returns how many bytes at the
// payload's beginning it may have written.
uint32_t bailey_fuzz_make(struct bailey_fuzz_bytes* input,
                          const struct bailey_fuzz_portion* portion,
                          uint32_t next, const struct bailey_fuzz_area* area);

#ifdef __cplusplus
}
#endif

#endif  // BAILEY_RUNTIME_FUZZ_REQUEST_H_
