#include "bytes.h"

void bytes_to_hex(const unsigned char* bytes, size_t size, char* text) {
  static const char kDigits[] = "0123456789abcdef";
  for (size_t i = 0; i < size; ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4];
    text[2 * i + 1] = kDigits[bytes[i] & 15];
  }
  text[2 * size] = '\0';
}

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool bytes_from_hex(const char* text, unsigned char* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    const int high = hex_digit(text[2 * i]);
    /* A text that ends early is not read past its NUL. */
    const int low = high < 0 ? -1 : hex_digit(text[2 * i + 1]);
    if (low < 0) return false;
    bytes[i] = (unsigned char)(high << 4 | low);
  }
  return text[2 * size] == '\0';
}

bool bytes_equal(const unsigned char* a, const unsigned char* b, size_t size) {
  unsigned char difference = 0;
  for (size_t i = 0; i < size; ++i) difference |= a[i] ^ b[i];
  return difference == 0;
}
