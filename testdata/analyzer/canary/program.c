// Reads a key and a message by the same functions, and does the same with both:
// tests/integration/credential_canary_test.py runs it and looks who held the
// key.
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { kSize = 32 };

struct record {
  char name[16];
  unsigned char data[kSize];
  struct record* next;
};

union word {
  uint64_t number;
  unsigned char bytes[8];
};

static struct record* records;
static unsigned char last[kSize];
static uint64_t total;

static size_t read_whole(int fd, unsigned char* to, size_t size) {
  size_t done = 0;
  while (done < size) {
    ssize_t got = read(fd, to + done, size - done);
    if (got <= 0) break;
    done += (size_t)got;
  }
  return done;
}

static size_t load(const char* path, unsigned char* to) {
  unsigned char buffer[kSize] = {0};
  int fd = open(path, O_RDONLY);
  if (fd < 0) exit(2);
  size_t size = read_whole(fd, buffer, sizeof(buffer));
  close(fd);
  memcpy(to, buffer, sizeof(buffer));
  return size;
}

static void copy(unsigned char* to, const unsigned char* from, size_t size) {
  unsigned char through[kSize];
  memcpy(through, from, size);
  memcpy(to, through, size);
}

static uint64_t word_of(const unsigned char* from) {
  union word word;
  memcpy(word.bytes, from, sizeof(word.bytes));
  return word.number;
}

static uint64_t same(uint64_t word) { return word; }

static uint64_t turned(uint64_t word, int times) {
  uint64_t kept = word;
  return times == 0 ? kept : turned(same(kept), times - 1);
}

static void remember(const char* name, const unsigned char* data) {
  struct record* record = calloc(1, sizeof(*record));
  struct record made = {{0}, {0}, records};
  if (record == NULL) exit(2);
  snprintf(made.name, sizeof(made.name), "%s", name);
  copy(made.data, data, kSize);
  *record = made;
  records = record;
}

static const struct record* find(const char* name) {
  const struct record* each = records;
  while (each != NULL && strcmp(each->name, name) != 0) each = each->next;
  return each;
}

static void use_found(const char* name) {
  struct record mine = *find(name);
  copy(last, mine.data, kSize);
}

static void take_words(int count, ...) {
  va_list list;
  va_start(list, count);
  for (int i = 0; i < count; ++i) {
    volatile uint64_t word = va_arg(list, uint64_t);
    same(0);
    total += word & 1;
  }
  va_end(list);
}

static int compare(const void* a, const void* b) {
  uint64_t left, right;
  memcpy(&left, a, sizeof(left));
  memcpy(&right, b, sizeof(right));
  same(0);
  return left < right ? -1 : left > right;
}

static void sort_words(const unsigned char* data) {
  uint64_t words[kSize / 8];
  memcpy(words, data, kSize);
  qsort(words, kSize / 8, sizeof(words[0]), compare);
  total += words[0] & 1;
}

static void each_of(const unsigned char* data, void (*visit)(uint64_t)) {
  for (size_t i = 0; i < kSize; i += 8) visit(word_of(data + i));
}

static void add(uint64_t word) {
  volatile uint64_t kept = word;
  total += same(kept) & 1;
}

// The first call's local is written by the last one, and read by it.
static void deep(unsigned char** slot, const unsigned char* data, int times) {
  unsigned char mine[kSize] = {0};
  if (*slot == NULL) *slot = mine;
  if (times > 0)
    deep(slot, data, times - 1);
  else
    copy(*slot, data, kSize);
  if (*slot == mine) total += word_of(mine) & 1;
}

static void show_message(const unsigned char* message) {
  unsigned char mine[kSize];
  copy(mine, message, kSize);
  volatile uint64_t word = turned(word_of(mine), 2);
  printf("%u %u\n", (unsigned)(word & 1), mine[0]);
}

static void handle_key(const unsigned char* key) {
  unsigned char* slot = NULL;
  unsigned char mine[kSize];
  copy(mine, key, kSize);
  uint64_t word = turned(word_of(mine), 3);
  remember("key", mine);
  use_found("key");
  take_words(2, word, word_of(mine + 8));
  sort_words(last);
  each_of(last, add);
  deep(&slot, mine, 3);
}

static void load_key(const char* path) {
  unsigned char key[kSize];
  load(path, key);
  handle_key(key);
}

static void load_message(void) {
  unsigned char message[kSize];
  load("message.txt", message);
  show_message(message);
}

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  load_message();
  load_key(argv[1]);
  load_message();
  return total > 100;
}
