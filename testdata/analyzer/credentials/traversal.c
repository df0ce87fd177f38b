// Names into which something is put that may have `..` in it.
// CREDENTIAL: file:/run/secrets/key
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char** argv) {
  char path[200];
  char more[200];
  char line[64];
  snprintf(path, sizeof path, "/srv/www/%s", argv[1]);
  read(open(path, O_RDONLY), line, 64);  // KEY: source over-approximated
  write(1, line, 64);                    // KEY: sink
  snprintf(more, sizeof more, "%s../key", argv[1]);
  open(more, O_RDONLY);  // KEY: source over-approximated
  open("/srv/www/page.html", O_RDONLY);  // NO-KEY-AT-ALL
  return argc;
}
