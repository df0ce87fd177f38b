// Values that come from elsewhere: callers, globals, results, conditions.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct settings {
  int kind;
  int flags;
  const char* name;
};

static int extra;
static struct settings settings = {1, O_RDWR, "x"};
static const struct settings table[] = {{0, O_RDONLY, "a"},
                                        {1, O_WRONLY, "b"},
                                        {2, O_RDWR | O_APPEND, "c"}};
static volatile int fixed = O_NOFOLLOW;
static _Thread_local int own = O_DIRECTORY;

// Of each caller its own: the mode goes with the flags.
static int open_it(const char* path, int flags, mode_t mode) {
  return open(path, flags | O_CLOEXEC, mode);  // EXPECT: openat flags=O_RDONLY|O_CLOEXEC proved
}

static int open_both(const char* path, int flags, mode_t mode) {
  return openat(AT_FDCWD, path, flags | O_CLOEXEC, mode);  // EXPECT: openat flags=O_WRONLY|O_CREAT|O_CLOEXEC proved
}

// Through two functions.
static int outer(const char* path, int flags) {
  return open_both(path, flags | O_CREAT, 0600);
}

static int mode_of(int secret) { return secret ? 0600 : 0644; }

static void by_result(const char* path) {
  chmod(path, (mode_t)mode_of(1));   // EXPECT: chmod mode={0600, 0644} proved
  fchmod(0, (mode_t)mode_of(0));  // EXPECT: fchmod mode={0600, 0644} proved
}

static void by_global(const char* path, unsigned which) {
  open(path, settings.flags);  // EXPECT: openat flags={O_RDWR, O_RDWR|O_EXCL}
  open(path, table[which % 3].flags);  // EXPECT: openat flags={O_RDONLY, O_WRONLY, O_RDWR|O_APPEND}
  open(path, extra);   // EXPECT: openat flags={0, O_SYNC}
  open(path, fixed);  // EXPECT: openat flags=O_NOFOLLOW
  open(path, own);   // EXPECT: openat flags=O_DIRECTORY
}

// Bits that are left, and those that are added around a loop.
static void by_mask(const char* path, int argc, char** argv) {
  int flags = O_CLOEXEC;
  int opt;
  while ((opt = getopt(argc, argv, "cx")) != -1) {
    if (opt == 'c') flags |= O_CREAT;
    if (opt == 'x') flags |= O_EXCL;
  }
  open(path, flags, 0);  // EXPECT: openat flags={O_CLOEXEC, O_CLOEXEC|O_CREAT, O_CLOEXEC|O_EXCL, O_CLOEXEC|O_CREAT|O_EXCL}
  umask((mode_t)argc & 3);  // EXPECT: umask mask={0, 1, 2, 3}
  umask((unsigned char)argc + 1U);  // EXPECT: umask mask=1..0x100
}

static void by_condition(int family, int type) {
  if (family == AF_INET || family == AF_INET6) return;
  if (family != AF_UNIX) return;
  if (type < 1 || type > 2) return;
  socket(family, type, 0);  // EXPECT: socket family=AF_UNIX type={1, 2} protocol=0
  switch (type) {
    case SOCK_STREAM:
      socket(AF_INET, type, 0);  // EXPECT: socket family=AF_INET type=SOCK_STREAM protocol=0
      break;
    default:
      break;
  }
}

// It calls itself with what it was given.
static void walk(const char* path, int flags, int depth) {
  const int fd = open(path, flags);  // EXPECT: openat flags=O_PATH
  if (fd >= 0 && depth > 0) walk(path, flags, depth - 1);
}

int main(int argc, char** argv) {
  open_it(argv[0], O_RDONLY, 0);
  outer(argv[0], O_WRONLY);
  by_result(argv[0]);
  if (argc > 2) settings.flags |= O_EXCL;
  if (argc > 3) extra = O_SYNC;
  by_global(argv[0], (unsigned)argc);
  by_mask(argv[0], argc, argv);
  by_condition(argc, argc + 1);
  walk(argv[0], O_PATH, 3);
  return 0;
}
