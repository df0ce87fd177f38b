// How it could go on unnoticed, inside memory.
// CREDENTIAL: file:/run/key
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char key[64];

static void load(void) {
  const int file = open("/run/key", O_RDONLY);
  read(file, key, sizeof key);
}

union both {
  char bytes[8];
  uint64_t number;
};
struct record {
  int id;
  struct {
    char* text;
    uint64_t words[4];
  } inner;
  char after[16];
};
static struct record record;
static struct record clean = {1, {0, {0}}, "x"};
static const char digits[] = "0123456789abcdef";
static char* kept;
static char* table[4];

static void through_union(void) {
  union both both;
  memcpy(both.bytes, key, 8);
  printf("%lu\n", both.number);  // KEY: sink
}

static void byte_by_byte(void) {
  char copy[64];
  for (int i = 0; i < 64; ++i) copy[i] = key[i];  // KEY: copy
  write(1, copy, 64);                             // KEY: sink
}

static void through_a_table(void) {
  char text[8];
  for (int i = 0; i < 8; ++i) text[i] = digits[key[i] & 15];  // KEY: copy
  write(1, text, 8);                                          // KEY: sink
}

static uint32_t times_nine(uint32_t a) {
  return a * 9;  // KEY: use
}

static void through_arithmetic(void) {
  uint32_t hash = 5381;
  for (int i = 0; i < 64; ++i) hash = times_nine(hash) + (unsigned char)key[i];
  const double real = hash / 3.0;
  printf("%f\n", real);  // KEY: sink
}

static void through_fields(void) {
  record.inner.words[2] = (uint64_t)key[3] << 8;  // KEY: copy
  record.id = 3;
  struct record other = record;
  write(1, &other.inner.words[2], 8);  // KEY: sink
  write(1, &clean, sizeof clean);      // NO-KEY
  printf("%d\n", clean.id);            // NO-KEY
}

static void through_the_heap(void) {
  char* buffer = malloc(16);
  strncpy(buffer, key, 15);
  buffer = realloc(buffer, 64);
  kept = strdup(buffer);
  table[1] = kept;
  char* found = strchr(table[rand() % 4], ':');
  puts(found);  // KEY: sink
  free(buffer);
}

static void through_text(void) {
  char line[128], more[256], *made = NULL;
  snprintf(line, sizeof line, "key=%s", key);  // KEY: copy
  strcpy(more, "x ");
  strcat(more, line);
  asprintf(&made, "%s", more);
  puts(made);  // KEY: sink
  char again[64];
  sscanf(made, "%63s", again);
  puts(again);  // KEY: sink
}

static void through_numbers(void) {
  const uintptr_t address = (uintptr_t)key ^ 0x5555;
  const char* back = (const char*)(address ^ 0x5555);
  write(1, back, 8);  // KEY: sink
}

static int same(const char* a, const char* b) { return strcmp(a, b) == 0; }

static int compared(void) {
  const int equal = same(key, "secret");
  printf("%d\n", equal);  // KEY: sink
  return equal;
}

static void untouched(void) {
  char name[16] = "abc";
  puts(name);    // NO-KEY
  puts(digits);  // NO-KEY
}

int main(void) {
  load();
  through_union();
  byte_by_byte();
  through_a_table();
  through_arithmetic();
  through_fields();
  through_the_heap();
  through_text();
  through_numbers();
  compared();
  untouched();
  return 0;
}
