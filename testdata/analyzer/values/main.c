// Globals and functions that another file uses, too.
#include <fcntl.h>

#include "values.h"

int shared = O_RDONLY;
int changed = O_RDONLY;
const int constant = O_NOCTTY;
// The other file's definition is the one that counts.
__attribute__((weak)) const int twofold = O_NOCTTY;
int common_one;

int main(int argc, char** argv) {
  open_shared(argv[0], O_WRONLY);
  open(argv[0], shared);      // EXPECT: openat flags={O_RDONLY, O_APPEND}
  open(argv[0], changed);     // EXPECT: openat flags=any
  open(argv[0], constant);    // EXPECT: openat flags=O_NOCTTY
  open(argv[0], common_one);  // EXPECT: openat flags={0, O_TRUNC}
  open(argv[0], twofold);     // EXPECT: openat flags=any
  use(argv[0]);
  return argc;
}
