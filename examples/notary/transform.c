#include "transform.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

_Static_assert(sizeof(union word) == sizeof(long), "a word is a word");

#define UNUSED __attribute__((unused))

/* What the running operation works on. */
static struct buffer* current;
static const struct transform* step;

/* True when the arguments are of these kinds: "n" a number, "t" a text. */
static bool suits(const char* kinds) {
  if ((size_t)step->argument_count != strlen(kinds)) return false;
  for (int i = 0; i < step->argument_count; ++i)
    if (step->is_text[i] != (kinds[i] == 't')) return false;
  return true;
}

static long skip(intptr_t count, UNUSED intptr_t b, UNUSED intptr_t c,
                 UNUSED intptr_t d, UNUSED intptr_t e, UNUSED intptr_t f,
                 UNUSED intptr_t g) {
  if (!suits("n") || count < 0 || (size_t)count > current->size) return -1;
  current->size -= (size_t)count;
  memmove(current->bytes, current->bytes + count, current->size);
  return (long)current->size;
}

static long take(intptr_t count, UNUSED intptr_t b, UNUSED intptr_t c,
                 UNUSED intptr_t d, UNUSED intptr_t e, UNUSED intptr_t f,
                 UNUSED intptr_t g) {
  if (!suits("n") || count < 0 || (size_t)count > current->size) return -1;
  current->size = (size_t)count;
  return (long)current->size;
}

static long rot13(UNUSED intptr_t a, UNUSED intptr_t b, UNUSED intptr_t c,
                  UNUSED intptr_t d, UNUSED intptr_t e, UNUSED intptr_t f,
                  UNUSED intptr_t g) {
  if (!suits("")) return -1;
  for (size_t i = 0; i < current->size; ++i) {
    const unsigned char lower = current->bytes[i] | 0x20;
    if (lower < 'a' || lower > 'z') continue;
    if (lower < 'n')
      current->bytes[i] += 13;
    else
      current->bytes[i] -= 13;
  }
  return (long)current->size;
}

static long replace(intptr_t from, intptr_t to, UNUSED intptr_t c,
                    UNUSED intptr_t d, UNUSED intptr_t e, UNUSED intptr_t f,
                    UNUSED intptr_t g) {
  if (!suits("nn")) return -1;
  for (size_t i = 0; i < current->size; ++i)
    if (current->bytes[i] == from) current->bytes[i] = (unsigned char)to;
  return (long)current->size;
}

static long append(intptr_t text, UNUSED intptr_t b, UNUSED intptr_t c,
                   UNUSED intptr_t d, UNUSED intptr_t e, UNUSED intptr_t f,
                   UNUSED intptr_t g) {
  if (!suits("t")) return -1;
  const size_t size = strlen((const char*)text);
  unsigned char* bytes = realloc(current->bytes, current->size + size + 1);
  if (bytes == NULL) return -1;
  memcpy(bytes + current->size, (const char*)text, size);
  current->bytes = bytes;
  current->size += size;
  return (long)current->size;
}

/* Exclusive or with a repeated mask of six bytes, from `start` on. */
static long mask(intptr_t start, intptr_t b, intptr_t c, intptr_t d, intptr_t e,
                 intptr_t f, intptr_t g) {
  if (!suits("nnnnnnn") || start < 0) return -1;
  const intptr_t bytes[] = {b, c, d, e, f, g};
  for (size_t i = (size_t)start; i < current->size; ++i)
    current->bytes[i] ^= (unsigned char)bytes[(i - (size_t)start) % 6];
  return (long)current->size;
}

typedef long operation_function(intptr_t, intptr_t, intptr_t, intptr_t,
                                intptr_t, intptr_t, intptr_t);

static operation_function* const kTransforms[] = {skip,    take,   rot13,
                                                  replace, append, mask};
enum { kOperations = sizeof kTransforms / sizeof kTransforms[0] };

static const char* parse_long(const char* text, long* number) {
  char* end = NULL;
  errno = 0;
  *number = strtol(text, &end, 10);
  const bool ends_well = *end == '\0' || *end == ' ' || *end == '\t';
  return errno == 0 && end != text && ends_well ? end : NULL;
}

/* Copies the text after an opening quote up to the closing one; returns what
 * follows, or NULL when it is ill-formed. */
static const char* parse_text(const char* from, char* to) {
  for (; *from != '"'; ++from, ++to) {
    if (*from == '\0') return NULL;
    *to = *from;
    if (*from != '\\') continue;
    ++from;
    if (*from == 'x') {
      char digits[3] = {from[1], from[1] == '\0' ? '\0' : from[2], '\0'};
      if (!bytes_from_hex(digits, (unsigned char*)to, 1)) return NULL;
      from += 2;
    } else if (*from == '"' || *from == '\\') {
      *to = *from;
    } else {
      return NULL;
    }
  }
  *to = '\0';
  return from + 1;
}

/* Parses one argument into the next word; returns what follows, or NULL. */
static const char* parse_argument(const char* text, struct transform* t) {
  union word* word = &t->arguments[t->argument_count];
  if (*text != '"') {
    long number = 0;
    text = parse_long(text, &number);
    word->number = number;
  } else {
    word->text = malloc(strlen(text)); /* unescaped, it is no longer */
    if (word->text == NULL) return NULL;
    t->is_text[t->argument_count] = true;
    text = parse_text(text + 1, word->text);
  }
  t->argument_count++;
  return text;
}

const char* transform_parse(const char* text, struct transform* transform) {
  memset(transform, 0, sizeof *transform);
  text = parse_long(text, &transform->operation);
  if (text == NULL) return "expected the number of a transform";
  /* THE PLANTED BUG (see README.md): the number is signed and only its upper
   * bound is checked. A document may so name any word in memory at a known
   * distance from the table, such as the address of a library function that
   * the loader left in this program's GOT, and have it called. */
  if (transform->operation >= (long)kOperations)
    return "there is no such transform";
  for (;;) {
    text += strspn(text, " \t");
    if (*text == '\0') return NULL;
    if (transform->argument_count == kTransformArguments)
      return "a transform has at most 7 arguments";
    text = parse_argument(text, transform);
    if (text == NULL) return "expected a decimal number or a \"text\"";
  }
}

void transform_free(struct transform* transform) {
  for (int i = 0; i < kTransformArguments; ++i)
    if (transform->is_text[i]) free(transform->arguments[i].text);
}

void transform_apply(struct transform* transform, struct buffer* buffer) {
  const union word* a = transform->arguments;
  /* Volatile, so that no compiler may reason that a number outside the table
   * never comes: what the planted bug does is then the same with all of them,
   * one load from table + 8 * operation (modulo 2^64) and one call. */
  const volatile long operation = transform->operation;
  current = buffer;
  step = transform;
  transform->result =
      kTransforms[operation](a[0].number, a[1].number, a[2].number, a[3].number,
                             a[4].number, a[5].number, a[6].number);
  current = NULL;
  step = NULL;
}
