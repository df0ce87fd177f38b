// Every way to read a file that was opened, and files that are another.
// CREDENTIAL: file:/run/key
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

static char by_read[64];
static char other[64];
static char by_stdio[64];
static char by_line[64];
static char by_scan[64];
static char mapped_copy[64];

static int open_key(void) {
  return open("/run/key", O_RDONLY);  // KEY: source proved
}

static void read_all(void) {
  const int file = open_key();
  const ssize_t size = read(file, by_read, sizeof by_read);  // KEY: source
  write(1, by_read, (size_t)size);                           // KEY: sink
  const int public = open("/run/public", O_RDONLY);          // NO-KEY-AT-ALL
  read(public, other, sizeof other);                         // NO-KEY
  write(1, other, sizeof other);                             // NO-KEY
}

static void by_streams(void) {
  FILE* file = fopen("/run/./key", "r");  // KEY: source proved
  fread(by_stdio, 1, 32, file);           // KEY: source
  puts(by_stdio);                         // KEY: sink
  fgets(by_line, sizeof by_line, file);
  fputs(by_line, stderr);  // KEY: sink
  fscanf(file, "%63s", by_scan);
  printf("%s\n", by_scan);  // KEY: sink
  putchar(fgetc(file));     // KEY: sink
  char* line = NULL;
  size_t size = 0;
  getline(&line, &size, file);
  write(2, line, size);  // KEY: sink
}

static void by_wrapped_stream(void) {
  FILE* file = fdopen(dup(open_key()), "r");
  int c;
  while ((c = getc(file)) != EOF) putc(c, stdout);  // KEY: sink
}

static void by_vectors(void) {
  char first[8], second[8];
  struct iovec parts[2] = {{first, 8}, {second, 8}};
  readv(open_key(), parts, 2);
  write(1, second, 8);  // KEY: sink
}

static void by_mapping(void) {
  const char* map = mmap(0, 64, PROT_READ, MAP_PRIVATE, open_key(), 0);
  memcpy(mapped_copy, map, 64);
  write(1, mapped_copy, 64);  // KEY: sink
  write(1, map + 8, 8);       // KEY: sink
}

int main(void) {
  read_all();
  by_streams();
  by_wrapped_stream();
  by_vectors();
  by_mapping();
  return 0;
}
