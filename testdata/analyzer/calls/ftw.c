#include <ftw.h>
#include <glob.h>

#include "calls.h"

static F g;
static int on(const char* p, const struct stat* s, int t, struct FTW* f) {
  g();
  return 1;
}
static int err(const char* p, int e) {
  b();
  return 0;
}
int main() {
  g = a;
  nftw("/etc/ssl", on, 4, 0);
  glob_t t;
  glob("/root/nope/*/x", 0, err, &t);
}
