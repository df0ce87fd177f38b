/* Pure helpers on bytes, without state: both sides of a split may have them.
 *
 *   char text[2 * 32 + 1];
 *   bytes_to_hex(digest, 32, text);
 */
#ifndef NOTARY_BYTES_H_
#define NOTARY_BYTES_H_

#include <stdbool.h>
#include <stddef.h>

/* Writes 2 * size lower-case hex digits and a NUL to `text`. */
void bytes_to_hex(const unsigned char* bytes, size_t size, char* text);

/* Reads exactly 2 * size hex digits; false when `text` is anything else. */
bool bytes_from_hex(const char* text, unsigned char* bytes, size_t size);

/* Compares in a time that depends on `size` only. */
bool bytes_equal(const unsigned char* a, const unsigned char* b, size_t size);

#endif /* NOTARY_BYTES_H_ */
