/* What functions do with pointers that no copy of the bytes stands for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct message {
  uint32_t kind;
  char* text;
};

struct reader {
  const unsigned char* next;
  size_t left;
};

struct filter {
  unsigned char block[64];
  size_t used;
  char* name;
};

static const char* kept_text;
static struct reader kept_reader;
static struct message kept_message;
static struct filter kept_filter;
static unsigned char plain[64];

/* Kept. */
void keeps(const char* text) { kept_text = text; }
void keeps_part(const char* text) { kept_text = text + 3; }
void keeps_in_structure(const unsigned char* bytes, size_t size) {
  kept_reader = (struct reader){bytes, size};
}
void keeps_in_heap(const unsigned char* bytes) {
  struct reader* reader = malloc(sizeof *reader);
  if (reader) reader->next = bytes;
}
void keeps_by_environment(char* text) { putenv(text); }
void reader_open(struct reader* reader, const unsigned char* bytes,
                 size_t size) {
  reader->next = bytes;
  reader->left = size;
}
void keeps_by_another(const unsigned char* bytes, size_t size) {
  reader_open(&kept_reader, bytes, size);
}
void keeps_behind(struct reader* reader, const unsigned char* bytes) {
  reader_open(reader, bytes, 4);
}

/* Not kept: the place ends with the call. */
int reads_through_local(const unsigned char* bytes, size_t size) {
  struct reader reader;
  reader_open(&reader, bytes, size);
  return reader.left > 0 ? *reader.next : 0;
}
size_t keeps_distance(const char* text) {
  static size_t distance;
  const char* end = text;
  while (*end) ++end;
  distance = (size_t)(end - text);
  return distance;
}

/* Pointers are taken out of it. */
size_t casts(const void* bytes) {
  const struct message* message = bytes;
  return strlen(message->text);
}
size_t copies_out(const void* bytes) {
  struct message message;
  memcpy(&message, bytes, sizeof message);
  return strlen(message.text);
}
size_t copies_by_byte(const unsigned char* bytes, size_t size) {
  struct message message = {0};
  for (size_t i = 0; i < size && i < sizeof message; ++i)
    ((unsigned char*)&message)[i] = bytes[i];
  return message.text ? strlen(message.text) : 0;
}
void copies_to_global(const void* bytes) {
  memcpy(&kept_message, bytes, sizeof kept_message);
}
static size_t length_of(const struct message* message) {
  return strlen(message->text);
}
size_t copies_to_heap(const void* bytes, size_t size) {
  struct message* copy = malloc(size);
  size_t length = 0;
  if (!copy) return 0;
  memcpy(copy, bytes, size);
  length = length_of(copy);
  free(copy);
  return length;
}
int from_number(const unsigned char* bytes) {
  uint64_t address = 0;
  memcpy(&address, bytes, 8);
  return *(const char*)(uintptr_t)address;
}
int from_bytes(const unsigned char* bytes) {
  uint64_t address = 0;
  for (int i = 0; i < 8; ++i) address |= (uint64_t)bytes[i] << (8 * i);
  return *(const char*)(uintptr_t)address;
}

/* None are. */
void fills_block(const unsigned char* bytes, size_t size) {
  if (size > 64) return;
  memcpy(kept_filter.block, bytes, size);
  kept_filter.used = size;
  kept_filter.name[0] = 'x';
}
unsigned char indexes(const unsigned char* bytes) {
  return plain[bytes[0] & 63];
}
size_t copies_plain(const unsigned char* bytes, size_t size) {
  unsigned char* copy = malloc(size);
  size_t total = 0;
  if (!copy) return 0;
  memcpy(copy, bytes, size);
  for (size_t i = 0; i < size; ++i) total += copy[i];
  free(copy);
  return total;
}

/* Written, though it says otherwise. */
void casts_const_away(const unsigned char* bytes) {
  *(unsigned char*)bytes = 1;
}
void writes_by_another(const char* text) { memset((char*)text, 0, 4); }
int only_reads(const unsigned char* bytes) { return bytes[3]; }

/* Texts, and what is counted. */
int is_text(const char* text, int flags) {
  return flags && strcmp(text, "-") == 0;
}
const char* is_text_by_another(const char* text, int limit) {
  if (!is_text(text, limit) || strncmp(text, "ab", 2)) return NULL;
  return text + 1;
}
size_t has_text_behind(const char* bytes) { return strlen(bytes + 4); }
size_t is_both(const char* bytes, size_t size, int how) {
  return how ? strlen(bytes) : (size_t)memcmp(bytes, plain, size);
}

/* As long as the text is, with its NUL; and one more. */
static char copied[64];
void copies_text(const char* text) {
  if (strlen(text) < 64) memcpy(copied, text, strlen(text) + 1);
}
int writes_text(int to, const char* text) {
  return (int)write(to, text, strlen(text));
}
int writes_more(int to, const char* text) {
  return (int)write(to, text, strlen(text) + 2);
}
int writes_another(int to, const char* text, const char* other) {
  return (int)write(to, text, strlen(other)) + (text == NULL);
}

/* All that a number counts, or nothing; and less. */
void copies_all_or_nothing(const unsigned char* bytes, size_t size) {
  if (size <= 64) memcpy(plain, bytes, size);
}
int crypto_hash_sha256(unsigned char*, const unsigned char*, unsigned long long);
void hashes_all_or_nothing(const unsigned char* bytes, size_t size) {
  if (plain[0]) crypto_hash_sha256(plain, bytes, size);
}
int compares_some(const unsigned char* bytes, size_t size) {
  return plain[0] && memcmp(plain, bytes, size) == 0;
}
int reads_four_or_nothing(const unsigned char* bytes, size_t size) {
  unsigned first = 0;
  if (size > 4) memcpy(&first, bytes, 4);
  return (int)first;
}
void copies_half_or_all(const unsigned char* bytes, size_t size) {
  if (size > 60) return;
  memcpy(plain, bytes, plain[63] ? size : size / 2);
}

/* What C defines of them is a bound, and what an attacker passes is not: with
   a count of 0 all of memory, with one of 1 << 30 nothing. */
void all_but_one(const unsigned char* bytes, int count) {
  memcpy(plain, bytes, (size_t)(count - 1));
}
void four_each(const unsigned char* bytes, unsigned count) {
  memcpy(plain, bytes, count * 4);
}

/* Copies that others make. */
static void copy_bytes(void* to, const void* from, size_t size) {
  for (size_t i = 0; i < size; ++i)
    ((unsigned char*)to)[i] = ((const unsigned char*)from)[i];
}
static void copy_again(const void* from, void* to, size_t size) {
  copy_bytes(to, from, size);
}
size_t has_it_copied(const void* bytes) {
  struct message message;
  copy_bytes(&message, bytes, sizeof message);
  return strlen(message.text);
}
size_t has_it_copied_twice(const void* bytes) {
  struct message message;
  copy_again(bytes, &message, sizeof message);
  return strlen(message.text);
}
size_t has_it_copied_to_heap(const void* bytes, size_t size) {
  struct message* copy = malloc(size);
  if (!copy) return 0;
  copy_bytes(copy, bytes, size);
  return strlen(copy->text);
}
int has_a_block_copied(const unsigned char* bytes) {
  struct filter filter = {.name = "x"};
  copy_bytes(filter.block, bytes, sizeof filter.block);
  return filter.block[3] + filter.name[0];
}

/* Kept by way of what a callee returns. */
static const char* skip_spaces(const char* text) {
  while (*text == ' ') ++text;
  return text;
}
void keeps_what_is_returned(const char* text) { kept_text = skip_spaces(text); }
void keeps_what_is_found(const char* text) { kept_text = strchr(text, 'x'); }
const char* finds(const char* text) { return strrchr(text, '/'); }
void keeps_what_another_finds(const char* text) { kept_text = finds(text); }
size_t keeps_a_number_of_it(const char* text) {
  static size_t at;
  at = (size_t)(skip_spaces(text) - text);
  return at;
}
void keeps_a_copy(const char* text) { kept_text = strdup(text); }
size_t from_sum(const uint64_t* words) {
  return strlen((const char*)(uintptr_t)(words[1] + 16));
}
