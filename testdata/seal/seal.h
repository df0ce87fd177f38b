/* The functions of seal; README.md says what it is. */
#ifndef SEAL_H
#define SEAL_H

#include <sys/types.h>

enum { kKeyBytes = 16, kSumBytes = 8 };

/* io.c */
int xopen(const char* name, int flags, mode_t mode);
unsigned char* read_all(const char* name, size_t* size);
void write_all(int fd, const void* bytes, size_t size, const char* name);

/* wrap.c */
void wrap(int fd, const unsigned char* message, size_t size, const char* name);
void unwrap(const char* name);

/* keys.c: what a secret key is for. */
void make_key(const char* path, int rounds);
void seal(const char* key_path, const char* message, const char* out,
          int wrapped);

/* sum.in, by sed: sum32.c and sum64.c. */
void sum32(const void* bytes, size_t size, unsigned char* sum);
void sum64(const void* bytes, size_t size, unsigned char* sum);
uint64_t sum_start(void);
uint64_t sum_add(uint64_t sum, unsigned char byte);
uint64_t sum_next(uint64_t sum, unsigned char byte);

#endif
