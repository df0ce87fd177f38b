/* notary-keygen PATH: writes a new key (a seed of 32 bytes, mode 0600) to a
 * file that must not exist yet, and prints the public key. */
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"

static int write_seed(const char* path, const unsigned char* seed) {
  const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return -1;
  const ssize_t written = write(file, seed, crypto_sign_SEEDBYTES);
  const int closed = close(file);
  return written == crypto_sign_SEEDBYTES ? closed : -1;
}

int main(int argc, char** argv) {
  if (argc != 2) {
    fputs("usage: notary-keygen PATH\n", stderr);
    return 2;
  }
  if (sodium_init() < 0) return 2;
  unsigned char seed[crypto_sign_SEEDBYTES];
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
  char text[2 * sizeof public_key + 1];
  randombytes_buf(seed, sizeof seed);
  crypto_sign_seed_keypair(public_key, secret_key, seed);
  const int status = write_seed(argv[1], seed);
  sodium_memzero(secret_key, sizeof secret_key);
  sodium_memzero(seed, sizeof seed);
  if (status != 0) {
    perror(argv[1]);
    return 2;
  }
  bytes_to_hex(public_key, sizeof public_key, text);
  printf("public-key: %s\n", text);
  return 0;
}
