/* Files, `-` for a standard stream; what fails ends the program. */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "seal.h"

int xopen(const char* name, int flags, mode_t mode) {
  const int is_output = (flags & O_WRONLY) != 0;
  const int fd =
      strcmp(name, "-") == 0 ? dup(is_output) : open(name, flags, mode);
  if (fd < 0)
    err(1, "can't open %s for %s", name, is_output ? "writing" : "reading");
  return fd;
}

unsigned char* read_all(const char* name, size_t* size) {
  const int fd = xopen(name, O_RDONLY, 0);
  size_t room = 64;
  unsigned char* bytes = malloc(room);
  *size = 0;
  for (ssize_t got = 1; got > 0; *size += (size_t)got) {
    if (*size == room) bytes = realloc(bytes, room *= 2);
    if (bytes == NULL) err(1, "malloc");
    if ((got = read(fd, bytes + *size, room - *size)) < 0)
      err(1, "read from %s", name);
  }
  close(fd);
  return bytes;
}

void write_all(int fd, const void* bytes, size_t size, const char* name) {
  const char* at = bytes;
  while (size > 0) {
    const ssize_t put = write(fd, at, size);
    if (put < 0) err(1, "write to %s", name);
    at += put;
    size -= (size_t)put;
  }
}
