/* The signer: everything that touches the secret key, and nothing else.
 *
 *   if (signer_load_key("/run/secrets/notary.key") != 0)
 *     complain(signer_last_status());
 *   signer_sign(digest, signature, &statistics);
 *   signer_forget();
 *
 * This header is the trust boundary. Only scalars, an enum, a flat structure,
 * fixed arrays, a C string and a buffer with its length pass it; the key never
 * does. Functions that return int return 0, or -1 and leave the reason to
 * signer_last_status(); errno means nothing to the caller. An array that is
 * written is written whole, with zeros after a failure. Not thread-safe: there
 * is one key and one status a process.
 */
#ifndef NOTARY_SIGNER_H_
#define NOTARY_SIGNER_H_

#include <stddef.h>

/* Parameter `buffer` points to parameter `size` bytes, which are only read. */
#if defined(__clang__)
#define SIGNER_READS(buffer, size) \
  __attribute__((annotate("access(read_only, " #buffer ", " #size ")")))
#else
#define SIGNER_READS(buffer, size) \
  __attribute__((access(read_only, buffer, size)))
#endif

enum signer_status {
  SIGNER_READY = 0,
  SIGNER_NO_KEY,           /* none was loaded, or it was forgotten */
  SIGNER_CANNOT_START,     /* libsodium did not initialise */
  SIGNER_CANNOT_OPEN,      /* the key's file cannot be opened */
  SIGNER_CANNOT_READ,      /* ... or read to its end */
  SIGNER_WRONG_SIZE,       /* neither a seed (32) nor a secret key (64 bytes) */
  SIGNER_INCONSISTENT_KEY, /* the public half does not belong to the seed */
  SIGNER_FAILED,           /* libsodium refused to sign */
};

struct signer_statistics {
  unsigned long issued;  /* signatures made so far */
  unsigned long refused; /* signatures refused so far */
};

/* Reads the key: a file of 32 (seed) or 64 bytes (seed and public key). */
int signer_load_key(const char* path);

/* Why the last call failed, or SIGNER_READY. */
enum signer_status signer_last_status(void);

int signer_public_key(unsigned char public_key[static 32]);

/* Signs a digest (plain Ed25519 over its 32 bytes) and counts it. */
int signer_sign(const unsigned char digest[static 32],
                unsigned char signature[static 64],
                struct signer_statistics* statistics);

/* Signs `label`, its NUL and the message with Ed25519ph: the other variant,
 * so that no labelled signature passes for a document's. */
SIGNER_READS(2, 3)
int signer_sign_labelled(const char* label, const unsigned char* message,
                         size_t message_size,
                         unsigned char signature[static 64]);

/* Wipes the key. */
void signer_forget(void);

#endif /* NOTARY_SIGNER_H_ */
