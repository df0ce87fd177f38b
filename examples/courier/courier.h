/* A courier takes messages from strangers, lets in those that carry the right
 * tag, and seals a receipt for each. Two keys: the post office shares one with
 * those who write (tags.c), the other is the courier's own (receipts.c). */
#ifndef COURIER_H
#define COURIER_H

#include <stddef.h>

/* Parameter `buffer` points to parameter `size` bytes, which are only read:
 * libsodium's code, which reads them, is not there to tell. */
#if defined(__clang__)
#define READS(buffer, size) \
  __attribute__((annotate("access(read_only, " #buffer ", " #size ")")))
#else
#define READS(buffer, size) __attribute__((access(read_only, buffer, size)))
#endif

enum { kTagBytes = 32, kSealBytes = 64, kMostMessage = 4096 };

/* 0, or -1 where the file is no key. */
int tags_open(const char* path);
/* 1 if `tag` is the message's under the shared key, else 0. */
READS(1, 2) int tags_match(
    const unsigned char* message, size_t size,
    const unsigned char tag[static 32]);

int receipts_open(const char* path);
READS(1, 2) int receipts_seal(
    const unsigned char* message, size_t size, unsigned char seal[static 64]);
int receipts_public(unsigned char key[static 32]);

/* Exactly `size` bytes of a file; -1 where it has less, or cannot be read. */
int read_exactly(const char* path, unsigned char* bytes, size_t size);
/* 0 where `text` is not 2 * size hexadecimal digits. */
int from_hex(const char* text, size_t digits, unsigned char* bytes,
             size_t size);
void print_hex(const unsigned char* bytes, size_t size);

#endif
