/* Secret keys, locked by a passphrase from standard input. */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "seal.h"

struct key {
  unsigned char bytes[kKeyBytes];
  unsigned char check[kSumBytes];
  int rounds;
};

/* All of standard input's first line, byte by byte: what follows is not ours.
 */
static void read_passphrase(char* line, size_t room) {
  size_t length = 0;
  char byte;
  while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n') {
    if (length + 1 < room) line[length++] = byte;
  }
  line[length] = '\0';
  if (length == 0) errx(1, "please provide a passphrase");
}

static void lock(struct key* key) {
  char line[128];
  unsigned char mask[kSumBytes];
  if (key->rounds == 0) return;
  read_passphrase(line, sizeof line);
  for (int half = 0; half < 2; ++half) {
    line[sizeof line - 1] = (char)half;
    sum64(line, strlen(line), mask);
    for (int i = 0; i < kSumBytes; ++i)
      key->bytes[8 * half + i] ^= mask[i] ^ (unsigned char)half;
  }
  wipe(line, sizeof line);
  wipe(mask, sizeof mask);
}

static void write_key(const char* path, const struct key* key) {
  char text[128] = "comment: a key for tests\n";
  size_t used = strlen(text);
  for (int i = 0; i < kKeyBytes + kSumBytes; ++i) {
    used +=
        (size_t)sprintf(text + used, "%02x", ((const unsigned char*)key)[i]);
  }
  used += (size_t)sprintf(text + used, "\nrounds %d\n", key->rounds);
  const int fd = xopen(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
  write_all(fd, text, used, path);
  close(fd);
  wipe(text, sizeof text);
}

void make_key(const char* path, int rounds) {
  struct key key;
  key.rounds = rounds;
  if (getrandom(key.bytes, sizeof key.bytes, 0) != sizeof key.bytes)
    err(1, "getrandom");
  sum32(key.bytes, sizeof key.bytes, key.check);
  lock(&key);
  write_key(path, &key);
  wipe(&key, sizeof key);
}

static void read_key(const char* path, struct key* key) {
  size_t size;
  unsigned char* text = read_all(path, &size);
  char digits[2 * (kKeyBytes + kSumBytes) + 1];
  if (size >= 256) errx(1, "%s is too large", path);
  unsigned char terminated[256] = {0};
  memcpy(terminated, text, size);
  if (sscanf((char*)terminated, "comment: %*[^\n]\n%48[0-9a-f]\nrounds %d",
             digits, &key->rounds) != 2 ||
      strlen(digits) != sizeof digits - 1) {
    errx(1, "unable to parse %s", path);
  }
  for (int i = 0; i < kKeyBytes + kSumBytes; ++i) {
    unsigned value;
    sscanf(digits + 2 * i, "%2x", &value);
    ((unsigned char*)key)[i] = (unsigned char)value;
  }
  wipe(terminated, sizeof terminated);
  wipe(digits, sizeof digits);
  wipe(text, size);
  free(text);
}

static void unlock(const char* path, struct key* key) {
  unsigned char check[kSumBytes];
  read_key(path, key);
  lock(key);
  sum32(key->bytes, sizeof key->bytes, check);
  if (memcmp(check, key->check, sizeof check) != 0)
    errx(3, "incorrect passphrase");
}

void seal(const char* key_path, const char* message, const char* out,
          int wrapped) {
  struct key key;
  size_t size;
  unsigned char tag[kSumBytes];
  unsigned char* bytes = read_all(message, &size);
  unlock(key_path, &key);
  unsigned char* all = malloc(size + kKeyBytes);
  if (all == NULL) err(1, "malloc");
  memcpy(all, key.bytes, kKeyBytes);
  memcpy(all + kKeyBytes, bytes, size);
  sum64(all, size + kKeyBytes, tag);
  wipe(all, size + kKeyBytes);
  wipe(&key, sizeof key);
  const int fd = xopen(out, O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (wrapped) wrap(fd, bytes, size, out);
  write_all(fd, tag, sizeof tag, out);
  close(fd);
  free(all);
  free(bytes);
}
