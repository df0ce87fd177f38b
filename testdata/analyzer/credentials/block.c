// The environment without getenv: behind the arguments, and as a file.
// CREDENTIAL: env:API_KEY
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

__attribute__((constructor)) static void before(int argc, char** argv, char** block) {
  puts(block[argc]);  // KEY: sink assumed
}

int main(int argc, char** argv) {
  for (char** each = argv + argc + 1; *each != NULL; each++) puts(*each);  // KEY: sink assumed
  char line[64];
  read(open("/proc/thread-self/environ", O_RDONLY), line, 64);  // KEY: source
  write(1, line, 64);                                           // KEY: sink over-approximated
  chdir("/proc/self");
  read(open("environ", O_RDONLY), line, 64);  // KEY: source
  open("maps", O_RDONLY);                     // NO-KEY-AT-ALL
  return 0;
}
