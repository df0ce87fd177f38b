#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "courier.h"

int read_exactly(const char* path, unsigned char* bytes, size_t size) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  const ssize_t count = read(file, bytes, size);
  close(file);
  return count == (ssize_t)size ? 0 : -1;
}

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

int from_hex(const char* text, size_t digits, unsigned char* bytes,
             size_t size) {
  if (digits != 2 * size) return 0;
  for (size_t i = 0; i < size; ++i) {
    const int high = digit(text[2 * i]);
    const int low = digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return 0;
    bytes[i] = (unsigned char)(high * 16 + low);
  }
  return 1;
}

void print_hex(const unsigned char* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) printf("%02x", bytes[i]);
}
