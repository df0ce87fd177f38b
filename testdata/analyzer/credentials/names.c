// Files whose names are not known, or not all.
// CREDENTIAL: file:/etc/app/secret.key
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void show(FILE* file) {
  char line[64];
  fgets(line, sizeof line, file);
  puts(line);
}

int main(int argc, char** argv) {
  char path[256];
  snprintf(path, sizeof path, "/etc/app/%s.key", argv[1]);
  show(fopen(path, "r"));             // KEY: source over-approximated
  show(fopen(argv[2], "r"));          // KEY: source over-approximated
  show(fopen("secret.key", "r"));     // KEY: source over-approximated
  show(fopen("/etc/app/../app/secret.key", "r"));  // KEY: source over-approximated
  show(fopen("/etc/app/public", "r"));             // NO-KEY-AT-ALL
  show(fopen("/etc/app/secret.key", "w"));         // NO-KEY-AT-ALL
  snprintf(path, sizeof path, "/var/app/%s.key", argv[1]);
  return argc;
}
