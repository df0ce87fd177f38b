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

// Decided by the key alone: who is called, whether a library is, and where a
// jump leads.
static int chosen;
static void choose_one(void) { chosen = 1; }
static void choose_two(void) { chosen = 2; }
int choose(void) {
  void (*choice)(void) = key[5] ? choose_one : choose_two;
  choice();
  return chosen;
}
void spell(char* out) {
  if (key[6]) strcpy(out, "x");
}
#include <setjmp.h>
static jmp_buf back;
static void jump(void) {
  if (key[7]) longjmp(back, 1);
}
int jumped(void) {
  if (setjmp(back)) return 1;
  jump();
  return 0;
}

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
  char out[2] = "";
  spell(out);
  printf("%d %d %s\n", choose(), jumped(), out);
  return 0;
}
