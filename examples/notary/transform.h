/* Transforms: small edits that a sender asks for on an attachment, one a
 * `Transform:` field, applied in their order before the digest is taken.
 *
 *   Transform: 0 3                  skip 3 bytes
 *   Transform: 4 "\x0aend"          append a text
 *
 * A transform is the number of an operation and up to seven arguments, each a
 * decimal number or a quoted text (escapes: \" \\ \xNN). An operation gets
 * them as machine words and returns the bytes that are left, or -1 when the
 * arguments do not suit it.
 */
#ifndef NOTARY_TRANSFORM_H_
#define NOTARY_TRANSFORM_H_

#include <stdbool.h>
#include <stdint.h>

#include "buffer.h"

enum { kTransformArguments = 7 };

union word {
  intptr_t number;
  char* text; /* owned by the transform */
};

struct transform {
  long operation;
  int argument_count;
  bool is_text[kTransformArguments];
  union word arguments[kTransformArguments];
  long result;
};

/* Returns NULL, or what is wrong with `text` (a constant). The transform is to
 * be freed in either case. */
const char* transform_parse(const char* text, struct transform* transform);

void transform_free(struct transform* transform);

/* Edits `buffer` and fills in transform->result. */
void transform_apply(struct transform* transform, struct buffer* buffer);

#endif /* NOTARY_TRANSFORM_H_ */
