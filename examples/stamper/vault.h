// Keys that sign, of which whoever holds one sees no more than that he does.
#ifndef STAMPER_VAULT_H_
#define STAMPER_VAULT_H_

#include <openssl/types.h>

// What a key is used for. Its members are in vault.c.
struct stamp;

// The two keys, read anew at each call; null if one cannot be read.
EVP_PKEY *vault_office_key(void);
EVP_PKEY *vault_notary_key(void);
// Ends a key; null is none.
void vault_drop(EVP_PKEY *key);

// Has a copy of the key; null without memory.
struct stamp *stamp_new(EVP_PKEY *key, const char *title);
// The Ed25519 signature over title, count and text; 0, or -1.
int stamp_sign(struct stamp *stamp, const char *text,
               unsigned char signature[static 64]);
// Of its key, to check signatures with; 0, or -1.
int stamp_public(const struct stamp *stamp, unsigned char key[static 32]);
unsigned stamp_count(const struct stamp *stamp);
void stamp_free(struct stamp *stamp);

#endif  // STAMPER_VAULT_H_
