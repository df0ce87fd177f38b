#define _GNU_SOURCE
#include "runtime/fuzz/files.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STANDS_FOR_ANOTHER __attribute__((weak))
enum { kMaxRedirections = 16, kMaxStreams = 1024, kMaxDescriptors = 1024 };

static struct {
  const char* path;
  const char* dummy;
} redirections[kMaxRedirections];
static size_t redirection_count;

static FILE* streams[kMaxStreams];
static size_t stream_count;

void bailey_fuzz_redirect(const char* path, const char* dummy) {
  if (redirection_count == kMaxRedirections) abort();
  redirections[redirection_count].path = path;
  redirections[redirection_count].dummy = dummy;
  ++redirection_count;
}

static const char* place_of(const char* path) {
  for (size_t i = 0; path != NULL && i < redirection_count; ++i) {
    if (strcmp(path, redirections[i].path) == 0) return redirections[i].dummy;
  }
  return path;
}

static unsigned char is_open[kMaxDescriptors];
static int end_of_open;  // no descriptor from here on is open

static int note_descriptor(int fd) {
  if (fd < 0 || fd >= kMaxDescriptors) return fd;
  is_open[fd] = 1;
  if (fd >= end_of_open) end_of_open = fd + 1;
  return fd;
}

static FILE* note(FILE* stream) {
  if (stream != NULL && stream_count < kMaxStreams)
    streams[stream_count++] = stream;
  return stream;
}

static void forget(const FILE* stream) {
  for (size_t i = 0; i < stream_count; ++i) {
    if (streams[i] == stream) streams[i] = streams[--stream_count];
  }
}

void bailey_fuzz_close_files(void) {
  while (stream_count > 0) fclose(streams[--stream_count]);
  for (int fd = 0; fd < end_of_open; ++fd) {
    if (is_open[fd]) close(fd);
    is_open[fd] = 0;
  }
  end_of_open = 0;
}

int bailey_fuzz_close(int fd);
STANDS_FOR_ANOTHER int bailey_fuzz_close(int fd) {
  if (fd >= 0 && fd < kMaxDescriptors) is_open[fd] = 0;
  return close(fd);
}

int bailey_fuzz_dup(int fd);
STANDS_FOR_ANOTHER int bailey_fuzz_dup(int fd) {
  return note_descriptor(dup(fd));
}

// The mode is there where the flags ask for it (open(2)).
static mode_t mode_of(int flags, va_list arguments) {
  const int has_mode = (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE;
  return has_mode ? va_arg(arguments, mode_t) : 0;
}

#define OPENS(name)                                               \
  int name(const char* path, int flags, ...);                     \
  STANDS_FOR_ANOTHER int name(const char* path, int flags, ...) { \
    va_list arguments;                                            \
    va_start(arguments, flags);                                   \
    const mode_t mode = mode_of(flags, arguments);                \
    va_end(arguments);                                            \
    return note_descriptor(open(place_of(path), flags, mode));    \
  }

OPENS(bailey_fuzz_open)
OPENS(bailey_fuzz_open64)

#define OPENS_AT(name)                                                      \
  int name(int directory, const char* path, int flags, ...);                \
  STANDS_FOR_ANOTHER int name(int directory, const char* path, int flags,   \
                              ...) {                                        \
    va_list arguments;                                                      \
    va_start(arguments, flags);                                             \
    const mode_t mode = mode_of(flags, arguments);                          \
    va_end(arguments);                                                      \
    return note_descriptor(openat(directory, place_of(path), flags, mode)); \
  }

OPENS_AT(bailey_fuzz_openat)
OPENS_AT(bailey_fuzz_openat64)

#define OPENS_STREAM(name)                                            \
  FILE* name(const char* path, const char* mode);                     \
  STANDS_FOR_ANOTHER FILE* name(const char* path, const char* mode) { \
    return note(fopen(place_of(path), mode));                         \
  }

OPENS_STREAM(bailey_fuzz_fopen)
OPENS_STREAM(bailey_fuzz_fopen64)

FILE* bailey_fuzz_fdopen(int fd, const char* mode);
STANDS_FOR_ANOTHER FILE* bailey_fuzz_fdopen(int fd, const char* mode) {
  FILE* stream = note(fdopen(fd, mode));
  // Closed with its stream.
  if (stream != NULL && fd < kMaxDescriptors) is_open[fd] = 0;
  return stream;
}

int bailey_fuzz_fclose(FILE* stream);
STANDS_FOR_ANOTHER int bailey_fuzz_fclose(FILE* stream) {
  forget(stream);
  return fclose(stream);
}
