#include <sodium.h>
#include <string.h>

#include "courier.h"

static unsigned char sealing_key[crypto_sign_SECRETKEYBYTES];
static unsigned char public_key[crypto_sign_PUBLICKEYBYTES];

int receipts_open(const char* path) {
  unsigned char seed[crypto_sign_SEEDBYTES];
  if (read_exactly(path, seed, sizeof seed) != 0) return -1;
  crypto_sign_seed_keypair(public_key, sealing_key, seed);
  sodium_memzero(seed, sizeof seed);
  return 0;
}

int receipts_seal(const unsigned char* message, size_t size,
                  unsigned char seal[static 64]) {
  return crypto_sign_detached(seal, NULL, message, size, sealing_key);
}

int receipts_public(unsigned char key[static 32]) {
  memcpy(key, public_key, sizeof public_key);
  return 0;
}
