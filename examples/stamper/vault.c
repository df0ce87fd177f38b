#include "vault.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct stamp {
  EVP_PKEY *key;
  char *title;
  unsigned count;
};

static EVP_PKEY *read_pem(FILE *file) {
  if (file == NULL) return NULL;
  EVP_PKEY *key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
  fclose(file);
  return key;
}

EVP_PKEY *vault_office_key(void) {
  return read_pem(fopen("/run/secrets/stamper.office", "r"));
}

EVP_PKEY *vault_notary_key(void) {
  return read_pem(fopen("/run/secrets/stamper.notary", "r"));
}

void vault_drop(EVP_PKEY *key) { EVP_PKEY_free(key); }

struct stamp *stamp_new(EVP_PKEY *key, const char *title) {
  struct stamp *stamp = calloc(1, sizeof *stamp);
  if (stamp == NULL || key == NULL || title == NULL) {
    free(stamp);
    return NULL;
  }
  // A copy, not a share: whoever holds the key can have it dropped as often as
  // he likes, which would take the stamps' shares as well.
  stamp->key = EVP_PKEY_dup(key);
  stamp->title = strdup(title);
  return stamp;
}

static int sign(EVP_PKEY *key, const char *text, size_t size,
                unsigned char signature[static 64]) {
  size_t length = 64;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  const int is_signed =
      context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) &&
      EVP_DigestSign(context, signature, &length,
                     (const unsigned char *)text, size) &&
      length == 64;
  EVP_MD_CTX_free(context);
  return is_signed ? 0 : -1;
}

int stamp_sign(struct stamp *stamp, const char *text,
               unsigned char signature[static 64]) {
  char line[512];
  if (stamp == NULL || stamp->key == NULL || stamp->title == NULL ||
      text == NULL) {
    return -1;
  }
  const int size = snprintf(line, sizeof line, "%s %u: %s", stamp->title,
                            ++stamp->count, text);
  if (size < 0 || (size_t)size >= sizeof line) return -1;
  return sign(stamp->key, line, (size_t)size, signature);
}

int stamp_public(const struct stamp *stamp, unsigned char key[static 32]) {
  size_t size = 32;
  if (stamp == NULL || stamp->key == NULL) return -1;
  return EVP_PKEY_get_raw_public_key(stamp->key, key, &size) && size == 32
             ? 0
             : -1;
}

unsigned stamp_count(const struct stamp *stamp) {
  return stamp == NULL ? 0 : stamp->count;
}

void stamp_free(struct stamp *stamp) {
  if (stamp == NULL) return;
  EVP_PKEY_free(stamp->key);
  free(stamp->title);
  free(stamp);
}
