// Streams that are opened anew, that lie in memory, whose buffer is the
// program's.
// CREDENTIAL: file:/run/key
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>

static char buffer[64];
static char made[64];

int main(void) {
  FILE* file = fopen("/etc/hostname", "r");
  freopen("/run/key", "r", file);
  char line[64];
  fgets(line, sizeof line, file);  // KEY: source
  write(1, line, 64);              // KEY: sink
  FILE* other = fopen("/run/key", "r");
  setvbuf(other, buffer, _IOFBF, sizeof buffer);
  getc(other);
  write(1, buffer, 64);  // KEY: sink
  FILE* memory = fmemopen(made, sizeof made, "w");
  fputs(line, memory);
  fclose(memory);
  write(1, made, 64);  // KEY: sink
  return 0;
}
