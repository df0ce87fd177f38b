#define _GNU_SOURCE
#include "tests/executor/portions/signer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned char key[32];
static size_t key_size;

/* The key from its file, else from its variable, else from its descriptor, else
 * from standard input. */
static void load_key(void) {
  if (key_size != 0) return;
  FILE* file = fopen(SIGNER_KEY_PATH, "rb");
  const char* variable = getenv(SIGNER_KEY_VARIABLE);
  if (file != NULL) {
    key_size = fread(key, 1, sizeof key, file);
    fclose(file);
  } else if (variable != NULL) {
    key_size = strnlen(variable, sizeof key);
    memcpy(key, variable, key_size);
  } else {
    ssize_t got = pread(SIGNER_KEY_DESCRIPTOR, key, sizeof key, 0);
    if (got < 0) got = read(STDIN_FILENO, key, sizeof key);
    key_size = got < 0 ? 0 : (size_t)got;
  }
}

__attribute__((noinline)) unsigned signer_sign(int length,
                                               unsigned char first) {
  load_key();
  if (length < 0) exit(3);
  while (length == SIGNER_NEVER_ANSWERS) pause();
  if (length == SIGNER_STOPS_ITSELF) raise(SIGSTOP);
  unsigned sum = (unsigned)length * 31 + first;
  for (size_t i = 0; i < key_size; ++i) sum = sum * 131 + key[i];
  return sum;
}

#ifdef SIGNER_IS_PORTION
#include "runtime/serve.h"

static void serve_sign(struct bailey_crossing* message) {
  unsigned* result = bailey_reserve(message, sizeof(unsigned));
  int length = 0;
  unsigned char first = 0;
  bailey_take_into(message, &length, sizeof length);
  bailey_take_into(message, &first, sizeof first);
  if (!bailey_ready(message)) return;
  bailey_enter(message);
  *result = signer_sign(length, first);
  bailey_leave(message);
}

int main(void) {
  static const struct bailey_service services[] = {
      {1, "signer_sign", serve_sign}};
  return bailey_serve(services, 1);
}
#else
int signer_leak(void) { return (int)signer_sign(1, 1); }
#endif
