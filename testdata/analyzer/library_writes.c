// What the C library writes through a pointer that it is given beside others
// which it only reads, and other values that a run changes. All are unknown.
#define _GNU_SOURCE
#pragma GCC diagnostic ignored "-Wformat"
#include <fcntl.h>
#include <netdb.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <ucontext.h>
#include <unistd.h>

static struct stat by_stat;
static struct stat by_lstat;
static struct stat by_fstatat;
static struct statfs by_statfs;
static struct statvfs by_statvfs;
static struct addrinfo* by_getaddrinfo;
static int by_getxattr;
static int by_readlink;
static int by_count;
static int by_count_of_buffer;
static int only_printed = 0640;

static void written(const char* path) {
  stat(path, &by_stat);
  fchmod(100, by_stat.st_mode);  // EXPECT: fchmod mode=any
  lstat(path, &by_lstat);
  fchmod(101, by_lstat.st_mode);  // EXPECT: fchmod mode=any
  fstatat(AT_FDCWD, path, &by_fstatat, 0);
  fchmod(102, by_fstatat.st_mode);  // EXPECT: fchmod mode=any
  statfs(path, &by_statfs);
  lseek(103, by_statfs.f_bsize, SEEK_SET);  // EXPECT: lseek offset=any
  statvfs(path, &by_statvfs);
  lseek(104, (long)by_statvfs.f_bsize, SEEK_SET);  // EXPECT: lseek offset=any
  getaddrinfo(path, NULL, NULL, &by_getaddrinfo);
  lseek(105, (long)by_getaddrinfo, SEEK_SET);  // EXPECT: lseek offset=any
  getxattr(path, "user.x", &by_getxattr, sizeof by_getxattr);
  lseek(106, by_getxattr, SEEK_SET);  // EXPECT: lseek offset=any
  readlink(path, (char*)&by_readlink, sizeof by_readlink);
  lseek(107, by_readlink, SEEK_SET);  // EXPECT: lseek offset=any
  printf("four%n", &by_count);
  lseek(108, by_count, SEEK_SET);  // EXPECT: lseek offset=any
  char text[32];
  snprintf(text, sizeof text, "/%s%n", path, &by_count_of_buffer);
  lseek(109, by_count_of_buffer, SEEK_SET);  // EXPECT: lseek offset=any
  printf("%p", (void*)&only_printed);
  fchmod(110, (mode_t)only_printed);  // EXPECT: fchmod mode=0640 proved
}

// Its upper half is no zero.
static __int128 wide[2] = {((__int128)5 << 64) | 3, ((__int128)7 << 64) | 1};

static void halves(void) {
  lseek(200, ((long*)wide)[1], SEEK_SET);  // EXPECT: lseek offset=any
  lseek(201, ((long*)wide)[0], SEEK_SET);  // EXPECT: lseek offset=any
}

struct row {
  int a;
  int b;
  int c;
};

static struct row table[3] = {{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};

// Counted from one.
static void counted(int i) {
  lseek(210, (table - 1)[i].c, SEEK_SET);  // EXPECT: lseek offset=any
  lseek(211, table[i].c, SEEK_SET);  // EXPECT: lseek offset={3,6,9} proved
}

static void* buffer[5];

static void jumps_by_builtin(void) {
  int flags = O_RDONLY;
  if (__builtin_setjmp(buffer) != 0) {
    open("/j", flags);  // EXPECT: openat flags=any
    return;
  }
  flags = O_WRONLY;
  __builtin_longjmp(buffer, 1);
}

static ucontext_t here;
static ucontext_t there;

static void swaps(void) {
  int flags = O_RDONLY;
  swapcontext(&here, &there);
  open("/s", flags);  // EXPECT: openat flags=any
  flags = O_WRONLY;
  setcontext(&here);
}

// Cut off to a byte: "/44".
static void shortened(void) {
  char path[32];
  snprintf(path, sizeof path, "/run/%hhd", 300);
  open(path, O_RDONLY);  // EXPECT-NAMED: file /run/* read
  char other[32];
  int count = 0;
  snprintf(other, sizeof other, "/srv/%n%d", &count, 3);
  open(other, O_RDONLY);  // EXPECT-NAMED: file * read
}

// A vector that is not main's.
static void own_options(void) {
  char* own[] = {(char*)"x", (char*)"-f", (char*)"/etc/shadow", NULL};
  while (getopt(3, own, "f:") != -1)
    open(optarg, O_RDONLY);  // EXPECT-NAMED: file * read
}

int main(int argc, char** argv) {
  written(argv[0]);
  halves();
  counted(argc);
  jumps_by_builtin();
  swaps();
  shortened();
  own_options();
  return 0;
}
