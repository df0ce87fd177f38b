// Tells which functions of a program hold a secret while they run: linked into
// one that is built with -O0 -fno-omit-frame-pointer -finstrument-functions
// -no-pie. CANARY_SECRETS names a file with one secret a line in hexadecimal,
// CANARY_OUT the file that gets the address of each holder. Watched at each
// call and return: eight bytes in a row of a secret in the frame of the
// function that calls or returns, if it put them there itself. What is in
// registers alone, or behind a pointer, is not seen.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNWATCHED __attribute__((no_instrument_function))

enum { kWindow = 8, kMostSecrets = 8, kMostDepth = 1000, kMostFrame = 1 << 16 };

struct frame {
  void* function;
  char* low;  // as the function was entered: what is beneath is its callees'
  char* high;
  char* before;  // what its frame held before it did anything
};

static unsigned char secrets[kMostSecrets][256];
static size_t sizes[kMostSecrets];
static int secret_count;
static int out = -1;
static struct frame frames[kMostDepth];
static int depth;

UNWATCHED static void ReadSecret(const char* line) {
  if (secret_count == kMostSecrets) return;
  size_t size = 0;
  unsigned byte;
  while (size < sizeof(secrets[0]) &&
         sscanf(line + 2 * size, "%2x", &byte) == 1)
    secrets[secret_count][size++] = (unsigned char)byte;
  sizes[secret_count++] = size;
}

__attribute__((constructor)) UNWATCHED static void Begin(void) {
  const char* path = getenv("CANARY_SECRETS");
  const char* result = getenv("CANARY_OUT");
  FILE* file = path == NULL ? NULL : fopen(path, "r");
  char line[600];
  if (file == NULL || result == NULL) abort();
  while (fgets(line, sizeof(line), file) != NULL) ReadSecret(line);
  fclose(file);
  out = open(result, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) abort();
}

UNWATCHED static int IsSecret(const char* at) {
  for (int i = 0; i < secret_count; ++i)
    if (memmem(secrets[i], sizes[i], at, kWindow) != NULL) return 1;
  return 0;
}

UNWATCHED static void Look(const struct frame* frame, const char* low) {
  if (frame->before == NULL) return;
  if (low < frame->low) low = frame->low;
  for (const char* at = low; at + kWindow <= frame->high; ++at) {
    if (memcmp(at, frame->before + (at - frame->low), kWindow) == 0) continue;
    if (!IsSecret(at)) continue;
    dprintf(out, "%p\n", frame->function);
    return;
  }
}

UNWATCHED void __cyg_profile_func_enter(void* function, void* site) {
  (void)site;
  char* low = (char*)__builtin_frame_address(0) + 16;
  char* high = (char*)__builtin_frame_address(1);
  if (depth == kMostDepth) abort();
  if (depth > 0) Look(&frames[depth - 1], high + 16);
  struct frame* frame = &frames[depth++];
  const size_t size = (size_t)(high - low);
  *frame = (struct frame){function, low, high, NULL};
  if (size > kMostFrame) return;
  frame->before = malloc(size + 1);
  if (frame->before != NULL) memcpy(frame->before, low, size);
}

UNWATCHED void __cyg_profile_func_exit(void* function, void* site) {
  (void)site;
  (void)function;
  if (depth == 0) return;
  struct frame* frame = &frames[--depth];
  Look(frame, frame->low);
  free(frame->before);
}
