/* notary-verify [PUBLIC-KEY] < RECEIPTS: checks every signature of a notary's
 * output with the public key given in hex, or else the one that it names.
 * Shares no code with the signer. Exits with 1 when a signature is wrong. */
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "bytes.h"

struct receipts {
  unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
  bool has_public_key;
  unsigned char digest[32];
  char summary[256];
  int good, bad;
};

/* Returns what follows "name: " when the line begins so, or NULL. */
static const char* value_of(const char* line, const char* name) {
  const size_t size = strlen(name);
  const bool is_it = strncmp(line, name, size) == 0 && line[size] == ':' &&
                     line[size + 1] == ' ';
  return is_it ? line + size + 2 : NULL;
}

static bool check_summary(const struct receipts* r,
                          const unsigned char* signature) {
  static const unsigned char kLabel[] = "notary summary"; /* with its NUL */
  crypto_sign_state state;
  crypto_sign_init(&state);
  crypto_sign_update(&state, kLabel, sizeof kLabel);
  crypto_sign_update(&state, (const unsigned char*)r->summary,
                     strlen(r->summary));
  return crypto_sign_final_verify(&state, signature, r->public_key) == 0;
}

static void check(struct receipts* r, const char* hex, bool is_summary) {
  unsigned char signature[crypto_sign_BYTES];
  const bool holds =
      r->has_public_key && bytes_from_hex(hex, signature, sizeof signature) &&
      (is_summary ? check_summary(r, signature)
                  : crypto_sign_verify_detached(signature, r->digest, 32,
                                                r->public_key) == 0);
  if (holds)
    r->good++;
  else
    r->bad++;
}

static void read_line(struct receipts* r, const char* line) {
  const char* value;
  if ((value = value_of(line, "public-key")) != NULL && !r->has_public_key)
    r->has_public_key =
        bytes_from_hex(value, r->public_key, sizeof r->public_key);
  else if ((value = value_of(line, "digest")) != NULL)
    r->bad += !bytes_from_hex(value, r->digest, sizeof r->digest);
  else if ((value = value_of(line, "summary")) != NULL)
    snprintf(r->summary, sizeof r->summary, "%s", value);
  else if ((value = value_of(line, "signature")) != NULL)
    check(r, value, false);
  else if ((value = value_of(line, "summary-signature")) != NULL)
    check(r, value, true);
}

int main(int argc, char** argv) {
  static struct receipts receipts;
  char line[16384];
  if (sodium_init() < 0) return 2;
  if (argc == 2) {
    receipts.has_public_key = bytes_from_hex(argv[1], receipts.public_key,
                                             sizeof receipts.public_key);
    if (!receipts.has_public_key) return 2;
  }
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    read_line(&receipts, line);
  }
  printf("%d signatures hold, %d do not\n", receipts.good, receipts.bad);
  return receipts.bad == 0 && receipts.good > 0 ? 0 : 1;
}
