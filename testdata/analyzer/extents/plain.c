/* Functions whose pointers reach no further than can be said. All are called
 * from main.c of this folder, with enough. */
#include "extents.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

unsigned sum(const unsigned* numbers, size_t count) {
  unsigned total = 0;
  for (size_t i = 0; i < count; ++i) total += numbers[i];
  return total;
}

int sum_signed(int* numbers, int count) {
  int total = 0;
  for (int i = 0; i < count; i++) total ^= numbers[i];
  return total;
}

void fill(unsigned char* to, unsigned char byte, unsigned size) {
  while (size-- > 0) *to++ = byte;
}

void copy(void* to, const void* from, size_t size) { memcpy(to, from, size); }

void copy_words(unsigned* to, const unsigned* from, size_t count) {
  memcpy(to, from, count * sizeof *to);
}

int first_and_last(const unsigned char* bytes, size_t size) {
  if (size == 0) return -1;
  return bytes[0] ^ bytes[size - 1];
}

unsigned be32(const unsigned char* bytes) {
  return (unsigned)bytes[0] << 24 | (unsigned)bytes[1] << 16 |
         (unsigned)bytes[2] << 8 | bytes[3];
}

unsigned header(const unsigned char* bytes, size_t size) {
  unsigned total = 0;
  if (size < 8) return 0;
  for (size_t i = 4; i < size; ++i) total += bytes[i];
  return total + be32(bytes);
}

int bounded(const char* from, size_t size) {
  char own[64];
  if (size > sizeof own) return -1;
  memcpy(own, from, size);
  return own[0];
}

size_t up_to_end(const unsigned char* bytes, size_t size) {
  const unsigned char* end = bytes + size;
  size_t zeros = 0;
  while (bytes < end)
    if (*bytes++ == 0) ++zeros;
  return zeros;
}

void backwards(unsigned char* bytes, int size) {
  for (int i = size - 1; i >= 0; i--) bytes[i] ^= 0x5a;
}

void backwards_unsigned(unsigned char* bytes, size_t size) {
  for (size_t i = size; i-- > 0;) bytes[i] ^= 0xa5;
}

int search(const unsigned char* bytes, size_t size, int wanted) {
  for (size_t i = 0; i < size && bytes[i] != wanted; ++i)
    if (bytes[i] == 7) return 7;
  return -1;
}

size_t length(char* text) { return strlen(text); }

int describe(char* to, size_t size, int number) {
  return snprintf(to, size, "number %d", number);
}

unsigned through(const unsigned* numbers, size_t count) {
  return sum(numbers, count / 2) + sum(numbers, count);
}

unsigned digest(const unsigned char bytes[32]) {
  unsigned total = 0;
  for (int i = 0; i < 32; ++i) total = total * 31 + bytes[i];
  return total;
}

void matrix(unsigned char* cells, unsigned char rows) {
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < 16; ++j) cells[i * 16 + j] = 1;
}

int point_sum(struct point* point, int count) {
  return point->x + point->y + count;
}

int table(const unsigned char* of256, unsigned char index) {
  return of256[index];
}

int low_bits(const unsigned char* of16, unsigned index) {
  return of16[index & 15];
}

int is_there(const char* pointer, int count) {
  return pointer != NULL && count > 0;
}
