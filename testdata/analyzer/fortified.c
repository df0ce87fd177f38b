// BUILD: -O2 -D_FORTIFY_SOURCE=2
// The wrappers of glibc's headers are seen through: the call is the program's.
#include <fcntl.h>
#include <unistd.h>

int main(void) {
  char bytes[16];
  int fd = open("f", O_RDONLY);  // EXPECT: openat flags=O_RDONLY proved
  return (int)read(fd, bytes, sizeof bytes);  // EXPECT: read count=16 proved
}
