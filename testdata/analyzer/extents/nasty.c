/* Functions of which too much is easily believed. What a name says is what goes
 * wrong if somebody does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "extents.h"

static const unsigned char* kept;
static jmp_buf place;

int before(const unsigned char* bytes, int at) { return bytes[at]; }

int before_by_constant(const unsigned char* bytes, size_t size) {
  int total = 0;
  for (size_t i = 0; i < size; ++i) total += bytes[(long)i - 1];
  return total;
}

int before_by_difference(const unsigned char* bytes, int from, int back) {
  return from > 0 && back > 0 ? bytes[from - back] : 0;
}

/* 32 bits wrap where 64 do not. */
int wraps(const unsigned char* bytes, unsigned count) {
  int total = 0;
  if (count > 1000) return 0;
  for (unsigned i = 0; i < count; ++i) total += bytes[(unsigned)(i * 0x10000001u) >> 16];
  return total;
}

int narrow(const unsigned char* bytes, int count) {
  int total = 0;
  for (int i = 0; i < count; ++i) total += bytes[(unsigned char)i];
  return total;
}

int narrow_signed(const unsigned char* bytes, int count) {
  int total = 0;
  for (int i = 0; i < count; ++i) total += bytes[(signed char)i];
  return total;
}

int one_more(const unsigned char* bytes, size_t count) {
  int total = 0;
  for (size_t i = 0; i <= count; ++i) total += bytes[i];
  return total;
}

int at_least_once(const unsigned char* bytes, int count) {
  int total = 0;
  int i = 0;
  do total += bytes[i];
  while (++i < count);
  return total;
}

int by_steps(const unsigned char* bytes, unsigned count) {
  int total = 0;
  for (unsigned i = 0; i < count; i += 3) total += bytes[i] + bytes[i + 2];
  return total;
}

int skips_the_test(const unsigned char* bytes, size_t count, int all) {
  int total = 0;
  for (size_t i = 0; all || i < count; ++i) {
    total += bytes[i];
    if (total > 100000 || i > 5000) break;
  }
  return total;
}

int grows(const unsigned char* bytes, int count) {
  int total = 0;
  for (int i = 0; i < count; ++i) {
    total += bytes[i];
    if (bytes[i] == 1 && count < 5000) ++count;
  }
  return total;
}

int moves(const unsigned char* bytes, int count) {
  int total = 0;
  for (int i = 0; i < count; ++i) {
    total += *bytes;
    bytes += 1 + (total & 1);
  }
  return total;
}

int recurses(const unsigned char* bytes, int depth) {
  return depth <= 0 || depth > 100 ? 0 : bytes[0] + recurses(bytes + 1, depth - 1);
}

int recurses_within(const unsigned char* bytes, int depth) {
  return depth <= 0 || depth > 100 ? 0 : bytes[3] + recurses_within(bytes, depth - 1);
}

void stores(const unsigned char* bytes, size_t size) {
  if (size > 0) kept = bytes;
}

struct holder {
  unsigned char* bytes;
  size_t size;
};

int in_a_structure(unsigned char* bytes, size_t size) {
  struct holder holder = {bytes, size};
  struct holder* other = &holder;
  int total = 0;
  for (size_t i = 0; i < other->size + 1; ++i) total += other->bytes[i];
  return total;
}

int called_back(const unsigned char* bytes, int size,
                int (*function)(const unsigned char*)) {
  return size > 0 && function != NULL ? function(bytes) : 0;
}

int variable(const unsigned char* bytes, int count, ...) {
  va_list list;
  int total = 0;
  if (count != 1) return 0;
  va_start(list, count);
  total = bytes[va_arg(list, int) & 1023];
  va_end(list);
  return total;
}

int jumps(const unsigned char* bytes, int count) {
  volatile int size = count & 15;
  int total = 0;
  if (setjmp(place) != 0) size = 2000;
  for (int i = 0; i < size; ++i) total += bytes[i];
  if (size < 16) longjmp(place, 1);
  return total;
}

int as_unsigned(const unsigned char* bytes, int count) {
  unsigned char last = 0;
  for (unsigned i = 0; i < (unsigned)count && i < 3000; ++i) last = bytes[i];
  return last;
}

int product(const unsigned char* bytes, unsigned a, unsigned b) {
  int total = 0;
  if (a > 60 || b > 60) return 0;
  for (unsigned i = 0; i < a * b; ++i) total += bytes[i];
  return total;
}

int either(const unsigned char* a, const unsigned char* b, int which) {
  return (which ? a : b)[which ? 5 : 9];
}

int in_order(const unsigned char* a, const unsigned char* b) {
  return a < b ? a[0] : b[1];
}

uintptr_t as_number(const unsigned char* bytes) { return (uintptr_t)bytes; }

int unread(const unsigned char* bytes) {
  (void)*(const volatile unsigned char*)&bytes[50];
  bytes[70];
  return 0;
}

int early(const unsigned char* bytes, size_t size) {
  if (size > 16 && bytes[size - 16] == 0) return 1;
  if (size < 4) return bytes[3];
  return bytes[size - 1];
}

int cast(const unsigned char* bytes, size_t count) {
  uint32_t total = 0;
  const uint32_t* words = (const uint32_t*)bytes;
  for (size_t i = 0; i < count; ++i) total += words[i];
  return (int)total;
}

int overlapping(unsigned char* bytes, size_t size) {
  memmove(bytes + 2, bytes, size);
  return bytes[0];
}

int half_a_text(char* text) {
  return text[0] != '\0' && text[1] != '\0' ? (int)strlen(text + 2) : 0;
}

int text_or_bytes(const char* text, int size) {
  return size < 0 ? (int)strlen(text) : size > 4 ? text[4] : 0;
}

void joins(char* to, const char* from) { strcat(to, from); }

int found(const char* text) {
  const char* colon = strchr(text, ':');
  return colon != NULL ? colon[1] : 0;
}

int scans(const char* text, int* number) {
  return sscanf(text, "%d", number);
}

int at_most_a_text(const char* text, int size) {
  char own[32];
  if (size < 0 || size > 31) return 0;
  strncpy(own, text, (size_t)size);
  return own[0];
}

int after_the_loop(const unsigned char* bytes, size_t size) {
  size_t i;
  for (i = 0; i < size; ++i)
    if (bytes[i] == 3) break;
  return bytes[i];
}

int outer(const unsigned char* bytes, int rows, int columns) {
  int total = 0;
  if (columns > 40) return 0;
  for (int i = 0; i < rows && i < 40; ++i)
    for (int j = 0; j <= i; ++j) total += bytes[i * columns + j];
  return total;
}

void freed(unsigned char* bytes, size_t size) {
  if (size > 100000000) free(bytes);
}

int switched(const unsigned char* bytes, int how) {
  switch (how) {
    case 1:
      bytes += 10;
      break;
    case 2:
      bytes += 20;
      break;
    default:
      break;
  }
  return *bytes;
}

struct large {
  unsigned char bytes[100];
};

static int first_of(struct large large) { return large.bytes[0]; }

int by_value(const struct large* large) { return first_of(*large); }

/* 200 is no number of its type: as one it would be -56, below all counts. */
int small_count(const unsigned char* bytes, signed char count) {
  if (count < 0) return 0;
  return bytes[count] + bytes[200];
}
