// Values that look constant and are not: each is changed where it does not
// show. All of them must be unknown.
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct box {
  int flags;
  int other;
};

static int by_pointer = O_RDONLY;
static struct box by_copy = {O_RDONLY, 0};
static struct box by_field = {O_RDONLY, 0};
static int array[4] = {O_RDONLY, O_RDONLY, O_RDONLY, O_RDONLY};
static int by_assembly = O_RDONLY;
static int by_name_in_assembly __attribute__((used)) = O_RDONLY;
static struct box by_read = {O_RDONLY, 0};
static int aliased = O_RDONLY;
extern int other_name __attribute__((alias("aliased")));
static int in_data = O_RDONLY;
static int filled_partly = O_RDWR | O_APPEND | O_SYNC;
static int* const holder = &in_data;
static jmp_buf place;

static void change(int* where) { *where = (int)random(); }

// Called through a pointer, with other arguments.
static int callback(const char* path, int flags) {
  return open(path, flags);  // EXPECT: openat flags=any
}

static int (*chosen)(const char*, int) = callback;

static void* thread(void* argument) {
  open("/t", (int)(long)argument);  // EXPECT: openat flags=any
  return NULL;
}

static void handler(int number) {
  open("/h", number);  // EXPECT: openat flags=any
}

// Its own caller passes something else the second time.
static void recursive(int flags, int depth) {
  open("/r", flags);  // EXPECT: openat flags=any
  if (depth > 0) recursive(flags * 3 + 1, depth - 1);
}

static void mutual(int flags, int depth);
static void partner(int flags, int depth) { mutual(flags * 5 + 2, depth); }
static void mutual(int flags, int depth) {
  open("/m", flags);  // EXPECT: openat flags=any
  if (depth > 0) partner(flags, depth - 1);
}

static void jumps(void) {
  int flags = O_RDONLY;
  if (setjmp(place) != 0) {
    open("/j", flags);  // EXPECT: openat flags=any
    return;
  }
  flags = O_WRONLY;
  longjmp(place, 1);
}

// A longer-lived name of the parameter.
static int* alias;
static void lends(int flags) {
  alias = &flags;
  change(alias);
  open("/l", flags);  // EXPECT: openat flags=any
}

// Called as if its parameter were narrower: the upper half is nobody's.
static void narrow(long wide) {
  lseek(0, wide, SEEK_SET);  // EXPECT: lseek offset=any whence=SEEK_SET
}

int main(int argc, char** argv) {
  change(&by_pointer);
  open("/a", by_pointer);  // EXPECT: openat flags=any
  const struct box from = {argc, argc};
  memcpy(&by_copy, &from, sizeof from);
  open("/b", by_copy.flags);  // EXPECT: openat flags=any
  // A pointer to a field leads to its neighbours.
  change(&by_field.other - 1);
  open("/c", by_field.flags);  // EXPECT: openat flags=any
  array[argc & 3] = argc;
  open("/d", array[0]);  // EXPECT: openat flags=any
  __asm__ volatile("movl $1, %0" : "=m"(by_assembly));
  open("/e", by_assembly);  // EXPECT: openat flags=any
  __asm__ volatile("movl $1, by_name_in_assembly(%rip)");
  open("/f", by_name_in_assembly);  // EXPECT: openat flags=any
  if (read(0, &by_read, sizeof by_read) < 0) return 1;
  open("/g", by_read.flags);  // EXPECT: openat flags=any
  other_name = argc;
  open("/i", aliased);  // EXPECT: openat flags=any
  *holder = argc;
  open("/k", in_data);  // EXPECT: openat flags=any
  memset(&filled_partly, 0, 2);
  open("/n", filled_partly);  // EXPECT: openat flags=any
  callback(argv[0], O_RDONLY);
  chosen(argv[0], argc);
  pthread_t id;
  pthread_create(&id, NULL, thread, argv);
  thread(NULL);
  signal(SIGUSR1, handler);
  handler(O_RDONLY);
  recursive(O_RDONLY, argc);
  mutual(O_RDONLY, argc);
  jumps();
  lends(O_RDONLY);
  ((void (*)(int))narrow)(3);
  return 0;
}
