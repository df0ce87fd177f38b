/* What a portion's generated fuzzer says of the portion, for the fuzzer's
 * library (runtime/fuzz), which plays its hostile client:
 *
 *   static const struct bailey_fuzz_item items_1[] = {
 *       {BAILEY_FUZZ_STRING, BAILEY_FUZZ_SENT | BAILEY_FUZZ_NULLABLE, 1, 0,
 * -1},
 *   };
 *   static const struct bailey_fuzz_function functions[] = {
 *       {{1, "signer_load_key", bailey_serve_1}, items_1, 1},
 *   };
 *   const struct bailey_fuzz_portion bailey_fuzz_portion = {
 *       "signer", functions, 1, 0, 0};
 */
#ifndef BAILEY_RUNTIME_FUZZ_PORTION_H_
#define BAILEY_RUNTIME_FUZZ_PORTION_H_

#include <stddef.h>
#include <stdint.h>

#include "runtime/serve.h"

#ifdef __cplusplus
extern "C" {
#endif

enum bailey_fuzz_kind {
  BAILEY_FUZZ_VALUE = 0,   /* `bytes`: a scalar, or a structure by value */
  BAILEY_FUZZ_FIXED = 1,   /* a pointer to `bytes` bytes */
  BAILEY_FUZZ_STRING = 2,  /* up to and with a NUL */
  BAILEY_FUZZ_BUFFER = 3,  /* elements of `bytes`, their count in `length` */
  BAILEY_FUZZ_HANDLE = 4,  /* a number that stands for a pointer, of `tag` */
  BAILEY_FUZZ_ROW = 5,     /* 8 bytes of count, then elements of `bytes` */
  BAILEY_FUZZ_OPTIONAL = 6 /* a byte whether it is there, then `bytes` */
};

enum {
  BAILEY_FUZZ_SENT = 1,    /* the pointer's bytes are in the request */
  BAILEY_FUZZ_NULLABLE = 2 /* a byte before them says whether they are there */
};

/* A parameter of a crossing. */
struct bailey_fuzz_item {
  enum bailey_fuzz_kind kind;
  unsigned flags;
  uint64_t bytes;
  int length; /* of a buffer: the index of the parameter that counts, else -1 */
  unsigned tag; /* of a handle (runtime/handles.h), else 0 */
};

struct bailey_fuzz_function {
  struct bailey_service service;
  const struct bailey_fuzz_item* items; /* one a parameter, in their order */
  size_t item_count;
};

enum bailey_fuzz_source {
  BAILEY_FUZZ_FROM_FILE = 0,
  BAILEY_FUZZ_FROM_VARIABLE = 1,
  BAILEY_FUZZ_FROM_DESCRIPTOR = 2
};

/* A credential that the portion uses, for which a dummy has to be given. */
struct bailey_fuzz_credential {
  const char* name;
  enum bailey_fuzz_source source;
  const char* place; /* the file's path or the variable's name */
  int descriptor;
};

struct bailey_fuzz_portion {
  const char* name;
  const struct bailey_fuzz_function* functions;
  size_t function_count; /* at least one */
  const struct bailey_fuzz_credential* credentials;
  size_t credential_count;
};

/* Defined by the generated file. */
extern const struct bailey_fuzz_portion bailey_fuzz_portion;

#ifdef __cplusplus
}
#endif

#endif /* BAILEY_RUNTIME_FUZZ_PORTION_H_ */
