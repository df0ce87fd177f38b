/* Callers that have enough, and one that has not. */
#include "extents.h"

#include <stdlib.h>

static unsigned numbers[16];
static unsigned char bytes[256];

static unsigned pass_on(const unsigned* all, size_t count) {
  return through(all, count);
}

static unsigned sum_of_new(size_t count) {
  unsigned* many = malloc(count * sizeof *many);
  unsigned total = 0;
  if (many == NULL) return 0;
  for (size_t i = 0; i < count; ++i) many[i] = 1;
  total = sum(many, count);
  free(many);
  return total;
}

/* The flag says whether anybody looks. */
static int looks(const unsigned char* some, size_t size, int flag) {
  if (!flag) return 0;
  return some[size > 4 ? 4 : 0];
}

int main(int count, char** arguments) {
  char text[100];
  unsigned char few[2];
  struct point point = {1, 2, 3};
  unsigned total = pass_on(numbers, 16) + sum(numbers, 8) +
                   be32(bytes + 3) + header(bytes, 200) + digest(bytes) +
                   (unsigned)bounded(text, 50) + (unsigned)length(text);
  total += sum_of_new((size_t)count);
  copy(text, bytes, sizeof text);
  copy_words(numbers, numbers + 8, 8);
  fill(bytes, 3, 256);
  total += (unsigned)sum_signed((int*)numbers, 16);
  total += (unsigned)first_and_last(bytes, sizeof bytes);
  total += (unsigned)up_to_end(bytes, sizeof bytes);
  backwards(bytes, 256);
  backwards_unsigned(bytes, 256);
  total += (unsigned)search(bytes, 256, 3);
  total += (unsigned)describe(text, sizeof text, 3);
  matrix(bytes, 16);
  total += (unsigned)point_sum(&point, count);
  total += (unsigned)table(bytes, (unsigned char)count);
  total += (unsigned)low_bits(bytes, (unsigned)count);
  total += (unsigned)is_there(arguments[0], count);
  total += (unsigned)looks(few, sizeof few, 0);
  return (int)total;
}
