// A descriptor by its number: written, kept, and read from the command line.
// CREDENTIAL: fd:7
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct settings {
  const char* name;
  int key;
};
static struct settings settings = {"x", 7};
static int changed;

static void take(int from, char* to) { read(from, to, 16); }

int main(int argc, char** argv) {
  char a[16], b[16], c[16], d[16];
  read(7, a, 16);            // KEY: source
  write(1, a, 16);           // KEY: sink
  take(settings.key, b);
  write(1, b, 16);           // KEY: sink
  changed = argc > 2 ? 7 : 5;
  read(changed, c, 16);      // KEY: source
  write(1, c, 16);           // KEY: sink
  read(atoi(argv[1]), d, 16);  // KEY: source
  write(1, d, 16);           // KEY: sink
  char e[16];
  read(5, e, 16);            // NO-KEY-AT-ALL
  write(1, e, 16);           // NO-KEY
  return 0;
}
