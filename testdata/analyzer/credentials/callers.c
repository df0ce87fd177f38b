// One function reads the key and something else, and several work on both:
// what comes back to one caller does not come back to the others.
// CREDENTIAL: file:/run/key
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { kSize = 32 };

static int opened(const char* path) { return open(path, O_RDONLY); }

static void load(int fd, unsigned char* to) {
  unsigned char buffer[kSize];
  if (read(fd, buffer, kSize) < 0) _exit(1);
  memcpy(to, buffer, kSize);
}

static uint64_t same(uint64_t word) { return word; }

static void copy(unsigned char* to, const unsigned char* from) {
  unsigned char mine[kSize];
  memcpy(mine, from, kSize);
  memcpy(to, mine, kSize);
}

static void copy_far(unsigned char* to, const unsigned char* from) {
  copy(to, from);
}

static void message(void) {
  unsigned char text[kSize], other[kSize];
  uint64_t word;
  load(opened("/etc/motd"), text);
  copy_far(other, text);
  memcpy(&word, other, sizeof(word));
  word = same(word);
  write(1, &word, sizeof(word));   // NO-KEY-AT-ALL
  write(1, text, sizeof(text));    // NO-KEY-AT-ALL
  write(1, other, sizeof(other));  // NO-KEY-AT-ALL
}

static void key(void) {
  unsigned char text[kSize], other[kSize];
  uint64_t word;
  load(opened("/run/key"), text);
  copy_far(other, text);
  memcpy(&word, other, sizeof(word));
  word = same(word);
  write(1, &word, sizeof(word));   // KEY: sink over-approximated
  write(1, text, sizeof(text));    // KEY: sink over-approximated
  write(1, other, sizeof(other));  // KEY: sink over-approximated
}

// The local of one call is written by a later one, which has its address from
// memory: it is not the later one's own.
static unsigned char* left;

static void again(const unsigned char* from, int times) {
  unsigned char mine[kSize] = {0};
  if (times == 1) left = mine;
  if (times > 0)
    again(from, times - 1);
  else
    memcpy(left, from, kSize);
  if (times == 1) write(1, mine, kSize);  // KEY: sink over-approximated
}

// Passed on by a way that is the same for both, then by a global.
static unsigned char kept[kSize];

static void keep(const unsigned char* from) { copy(kept, from); }

static unsigned char first_kept(void) { return kept[0]; }

// A pointer to a parameter's memory, or to something else.
static void either(unsigned char* a, unsigned char* b, int which,
                   const unsigned char* from) {
  unsigned char* to = which ? a : b;
  copy(to, from);
}

// As base64 is decoded: by where a character stands in a table.
static const char table[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

static unsigned char place_of(unsigned char c) {
  const char* at = strchr(table, c);
  return at == NULL ? 0 : (unsigned char)(at - table);
}

int main(int argc, char** argv) {
  unsigned char text[kSize], one[kSize], two[kSize], three[kSize] = {0};
  (void)argv;
  message();
  key();
  load(opened("/run/key"), text);
  again(text, 2);
  keep(text);
  unsigned char place = place_of(text[0]);
  write(1, &place, 1);  // KEY: sink over-approximated
  write(1, (unsigned char[]){first_kept()}, 1);  // KEY: sink over-approximated
  either(one, two, argc, text);
  either(three, three, argc,
         (const unsigned char*)"no key at all, and long enough.");
  write(1, one, kSize);    // KEY: sink over-approximated
  write(1, two, kSize);    // KEY: sink over-approximated
  write(1, three, kSize);
  return 0;
}
