#include "values.h"

#include <fcntl.h>
#include <stdlib.h>

const int twofold = O_NOFOLLOW;

static void set(int* where) { *where = rand(); }

// Each caller in a file of its own.
int open_shared(const char* path, int flags) {
  return open(path, flags | O_CLOEXEC);  // EXPECT: openat flags=O_RDWR|O_CLOEXEC proved
}

void use(const char* path) {
  open_shared(path, O_RDWR);
  shared = O_APPEND;
  common_one = O_TRUNC;
  set(&changed);
}
