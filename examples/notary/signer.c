#include "signer.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"

enum {
  kSeedSize = crypto_sign_SEEDBYTES,
  kKeySize = crypto_sign_SECRETKEYBYTES,
  kPublicSize = crypto_sign_PUBLICKEYBYTES,
};

/* The only place where the key lives; every copy on the way here is wiped. */
static unsigned char secret_key[kKeySize];
static enum signer_status key_status = SIGNER_NO_KEY;
static enum signer_status last_status = SIGNER_NO_KEY;

static int finish(enum signer_status status) {
  last_status = status;
  return status == SIGNER_READY ? 0 : -1;
}

/* Reads until the end or until `capacity` bytes are there. By read(2) and not
 * through stdio, whose buffer would keep a second copy of the key. */
static enum signer_status read_file(const char* path, unsigned char* bytes,
                                    size_t capacity, size_t* size) {
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (file < 0) return SIGNER_CANNOT_OPEN;
  enum signer_status status = SIGNER_READY;
  *size = 0;
  while (*size < capacity) {
    const ssize_t count = read(file, bytes + *size, capacity - *size);
    if (count == 0) break;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      status = SIGNER_CANNOT_READ;
      break;
    }
    *size += (size_t)count;
  }
  close(file);
  return status;
}

static enum signer_status use_key(const unsigned char* bytes, size_t size) {
  if (size != kSeedSize && size != kKeySize) return SIGNER_WRONG_SIZE;
  unsigned char public_key[kPublicSize];
  if (crypto_sign_seed_keypair(public_key, secret_key, bytes) != 0)
    return SIGNER_FAILED;
  if (size == kKeySize &&
      !bytes_equal(public_key, bytes + kSeedSize, kPublicSize)) {
    sodium_memzero(secret_key, sizeof secret_key);
    return SIGNER_INCONSISTENT_KEY;
  }
  return SIGNER_READY;
}

int signer_load_key(const char* path) {
  signer_forget();
  if (path == NULL) return finish(SIGNER_CANNOT_OPEN);
  if (sodium_init() < 0) return finish(SIGNER_CANNOT_START);
  unsigned char bytes[kKeySize + 1]; /* one more, to notice a longer file */
  size_t size = 0;
  enum signer_status status = read_file(path, bytes, sizeof bytes, &size);
  if (status == SIGNER_READY) status = use_key(bytes, size);
  sodium_memzero(bytes, sizeof bytes);
  if (status == SIGNER_READY) key_status = SIGNER_READY;
  return finish(status);
}

enum signer_status signer_last_status(void) { return last_status; }

int signer_public_key(unsigned char public_key[static 32]) {
  memset(public_key, 0, kPublicSize);
  if (key_status == SIGNER_READY)
    memcpy(public_key, secret_key + kSeedSize, kPublicSize);
  return finish(key_status);
}

static enum signer_status sign_digest(const unsigned char* digest,
                                      unsigned char* signature) {
  memset(signature, 0, crypto_sign_BYTES);
  if (key_status != SIGNER_READY) return key_status;
  if (crypto_sign_detached(signature, NULL, digest, 32, secret_key) != 0)
    return SIGNER_FAILED;
  return SIGNER_READY;
}

int signer_sign(const unsigned char digest[static 32],
                unsigned char signature[static 64],
                struct signer_statistics* statistics) {
  if (statistics == NULL) return finish(SIGNER_FAILED);
  const enum signer_status status = sign_digest(digest, signature);
  if (status == SIGNER_READY)
    statistics->issued++;
  else
    statistics->refused++;
  return finish(status);
}

int signer_sign_labelled(const char* label, const unsigned char* message,
                         size_t message_size,
                         unsigned char signature[static 64]) {
  memset(signature, 0, crypto_sign_BYTES);
  if (key_status != SIGNER_READY) return finish(key_status);
  /* The caller may be in an attacker's hands: nothing is taken for granted. */
  if (label == NULL || (message == NULL && message_size > 0))
    return finish(SIGNER_FAILED);
  crypto_sign_state state;
  crypto_sign_init(&state);
  crypto_sign_update(&state, (const unsigned char*)label, strlen(label) + 1);
  crypto_sign_update(&state, message, message_size);
  if (crypto_sign_final_create(&state, signature, NULL, secret_key) != 0)
    return finish(SIGNER_FAILED);
  return finish(SIGNER_READY);
}

void signer_forget(void) {
  sodium_memzero(secret_key, sizeof secret_key);
  key_status = SIGNER_NO_KEY;
}
