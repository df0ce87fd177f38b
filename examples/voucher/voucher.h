#ifndef VOUCHER_H
#define VOUCHER_H

#include <stddef.h>

enum { kKeyBytes = 32, kTagBytes = 32, kMostCents = 1000000 };

/* What a voucher is for. Its bytes are what is tagged: it has no padding. */
struct request {
  char name[60];
  unsigned cents;
};

/* RFC 2104 with SHA-256, into `tag`. */
void hmac_sha256(const unsigned char* key, size_t key_size,
                 const unsigned char* text, size_t size,
                 unsigned char tag[static kTagBytes]);

/* Zeros that no compiler takes for dead stores. */
void wipe(void* memory, size_t size);

#endif
