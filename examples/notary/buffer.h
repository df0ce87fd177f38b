/* A block of bytes that owns its memory. */
#ifndef NOTARY_BUFFER_H_
#define NOTARY_BUFFER_H_

#include <stddef.h>

struct buffer {
  unsigned char* bytes; /* from malloc; NULL when empty */
  size_t size;
};

#endif /* NOTARY_BUFFER_H_ */
