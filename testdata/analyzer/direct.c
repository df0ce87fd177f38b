// Calls of wrappers, with arguments that are constants by way of locals.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int open_for(int writing) {
  int flags = writing ? O_WRONLY | O_CREAT : O_RDONLY;
  return open("f", flags, 0600);  // EXPECT: openat flags={O_RDONLY, O_WRONLY|O_CREAT} proved
}

static int pass_on(int domain) {
  return socket(domain, SOCK_STREAM, 0);  // EXPECT: socket family=any type=SOCK_STREAM protocol=0 proved
}

// Nothing calls it.
void never(void) { setuid(0); }  // EXPECT-ABSENT: setuid

int main(int argc, char** argv) {
  (void)argv;
  int flags = O_RDONLY;
  flags |= O_CLOEXEC;
  int fd = open("g", flags);  // EXPECT: openat dirfd=AT_FDCWD flags=O_RDONLY|O_CLOEXEC proved
  dup2(fd, 7);                // EXPECT: dup2 oldfd=any newfd=7 proved
  return open_for(argc > 1) + pass_on(argc) + close(fd);  // EXPECT: close proved
}
