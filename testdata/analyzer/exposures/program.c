// Functions that tell their callers of a key, and some that do not.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned char key[16];
static int is_loaded;
static unsigned char left[4];

void load(void) {
  int fd = open("/run/key", O_RDONLY);
  if (read(fd, key, sizeof key) == sizeof key) is_loaded = 1;
  close(fd);
}

int status(void) { return is_loaded; }

int peek(int i) { return key[i & 15]; }

void copy_out(unsigned char* out) { memcpy(out, key, sizeof key); }

void copy_for(unsigned char* out) { copy_out(out); }

unsigned use(const unsigned char* bytes) {
  unsigned sum = 0;
  for (int i = 0; i < 16; ++i) sum += bytes[i];
  return sum;
}

// It looks at nothing itself, and has the key in its frame all the same.
unsigned pass_on(void) {
  unsigned char copy[16];
  copy_for(copy);
  return use(copy);
}

static void fill(unsigned char* out, unsigned char with) {
  for (int i = 0; i < 4; ++i) out[i] = key[i] ^ with;
}

// What may leave, where a policy says so.
void mac(const char* text, unsigned char out[4]) { fill(out, (unsigned char)*text); }

// What it leaves in a global is not given back.
int leave(void) {
  memcpy(left, key, sizeof left);
  return 0;
}

int collect(void) { return left[0]; }

void show(const unsigned char* bytes) {
  for (int i = 0; i < 4; ++i) printf("%02x", bytes[i]);
}

void run_mac(void) {
  unsigned char out[4];
  mac("text", out);
  show(out);
}

int main(void) {
  load();
  if (!status()) return 1;
  run_mac();
  leave();
  printf("%d %u %d\n", peek(3), pass_on(), collect());
  return 0;
}
