// Flags that the program's own operators make: what stays known of them.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>

enum kind { READS = O_RDONLY, WRITES = O_WRONLY | O_CREAT };
struct bits {
  unsigned mode : 2;
  unsigned append : 1;
};

static int table[] = {O_RDONLY, O_WRONLY, O_RDWR};
static int global;

static void operators(int x, unsigned n) {
  open("/1", x | O_APPEND | O_CLOEXEC);    // EXPECT: openat flags=O_APPEND|O_CLOEXEC/O_APPEND|O_CLOEXEC
  open("/2", x & ~O_CREAT & ~O_TRUNC);     // EXPECT: openat flags=0/O_CREAT|O_TRUNC
  open("/3", (x & ~O_ACCMODE) | O_WRONLY); // EXPECT: openat flags=O_WRONLY/O_ACCMODE
  open("/4", (x & O_APPEND) + O_WRONLY);   // EXPECT: openat flags={O_WRONLY, O_WRONLY|O_APPEND}
  open("/5", (x & (O_APPEND | O_CREAT)) ^ O_CREAT);  // EXPECT: openat flags={0, O_CREAT, O_APPEND, O_APPEND|O_CREAT}
  open("/6", O_WRONLY + O_CREAT * (x != 0));         // EXPECT: openat flags={O_WRONLY, O_WRONLY|O_CREAT}
  open("/7", table[n % 3] | O_CLOEXEC);    // EXPECT: openat flags={O_CLOEXEC, O_WRONLY|O_CLOEXEC, O_RDWR|O_CLOEXEC}
  open("/8", (unsigned char)x | O_WRONLY); // EXPECT: openat flags=O_WRONLY/0xffffff01
  socket(AF_INET, SOCK_STREAM | ((x & 1) << 11), 0);  // EXPECT: socket type={SOCK_STREAM, SOCK_STREAM|SOCK_NONBLOCK}
  // Of mmap's prot the kernel reads 64 bits, and an int has 32.
  mmap(0, 4096, PROT_READ, MAP_PRIVATE, (int)n, 0);   // EXPECT: mmap prot=PROT_READ/0xffffffff flags=MAP_PRIVATE/0xffffffff
}

static void choices(int x, int y, const char* letters) {
  open("/a", (x ? O_RDONLY : O_WRONLY | O_CREAT) | (y ? O_CLOEXEC : 0));  // EXPECT: openat flags={0, O_WRONLY|O_CREAT, O_CLOEXEC, O_WRONLY|O_CREAT|O_CLOEXEC}
  int flags = O_NOFOLLOW;
  switch (x) {
    case 1:
      flags |= O_RDWR;
      break;
    case 2:
      flags |= O_WRONLY;
      break;
  }
  open("/b", flags);  // EXPECT: openat flags={O_NOFOLLOW, O_NOFOLLOW|O_WRONLY, O_NOFOLLOW|O_RDWR}
  int mode = O_WRONLY;
  for (; *letters; ++letters) {
    if (*letters == 'a') mode |= O_APPEND;
    if (*letters == 'e') mode |= O_CLOEXEC;
  }
  open("/c", mode);  // EXPECT: openat flags={O_WRONLY, O_WRONLY|O_APPEND, O_WRONLY|O_CLOEXEC, O_WRONLY|O_APPEND|O_CLOEXEC}
  // More than are listed: 2^6.
  int many = O_RDWR;
  if (x & 1) many |= O_CREAT;
  if (x & 2) many |= O_APPEND;
  if (x & 4) many |= O_TRUNC;
  if (x & 8) many |= O_EXCL;
  if (x & 16) many |= O_CLOEXEC;
  if (x & 32) many |= O_NOFOLLOW;
  open("/d", many);  // EXPECT: openat flags=O_RDWR/0xfff5f93f
}

static void opened_as(enum kind kind) {
  open("/e", (int)kind);  // EXPECT: openat flags={O_RDONLY, O_WRONLY|O_CREAT}
}

static void fields(int x) {
  struct bits bits = {0};
  bits.mode = O_WRONLY;
  bits.append = (unsigned)x;
  open("/f", (int)bits.mode | (bits.append ? O_APPEND : 0));  // EXPECT: openat flags={O_WRONLY, O_WRONLY|O_APPEND}
  if (x)
    global |= O_APPEND;
  else
    global |= O_SYNC;
  open("/g", global | O_WRONLY);  // EXPECT: openat flags={O_WRONLY, O_WRONLY|O_APPEND, O_WRONLY|O_SYNC, O_WRONLY|O_APPEND|O_SYNC}
}

// What tests of bits on the way say.
static void guards(int x) {
  if (!(x & O_CREAT)) open("/h", x);  // EXPECT: openat flags=0/O_CREAT
  if (x & O_EXCL) open("/i", x);      // EXPECT: openat flags=O_EXCL/O_EXCL
  if ((x & O_ACCMODE) == O_WRONLY) open("/j", x);   // EXPECT: openat flags=O_WRONLY/O_ACCMODE
  if ((x & ~(O_APPEND | O_CLOEXEC)) == O_RDWR) open("/k", x);  // EXPECT: openat flags={O_RDWR, O_RDWR|O_APPEND, O_RDWR|O_CLOEXEC, O_RDWR|O_APPEND|O_CLOEXEC}
  if ((x & O_ACCMODE) != O_WRONLY) open("/l", x);   // EXPECT: openat flags=any
  if ((x & O_CREAT) || (x & O_EXCL)) open("/m", x); // EXPECT: openat flags=any
  while (x & O_TRUNC) x = open("/n", x);            // EXPECT: openat flags=O_TRUNC/O_TRUNC
  open("/o", x);                                    // EXPECT: openat flags=0/O_TRUNC
}

int main(int argc, char** argv) {
  const int x = atoi(argv[argc - 1]);
  operators(x, (unsigned)x);
  choices(x, argc, argv[0]);
  opened_as(x ? READS : WRITES);
  fields(x);
  guards(x);
  return 0;
}
