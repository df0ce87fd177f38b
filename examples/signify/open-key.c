/* For the demo's audit only: decrypts a secret key of signify's, so that the
 * audit can look for what a process has after it asked for the passphrase.
 *
 *   open-key KEY.sec <PASSPHRASE >SEED-AND-PUBLIC-KEY
 *
 * Built with base64.c, bcrypt_pbkdf.c, blowfish.c and sha2.c of signify's
 * source. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { kRounds = 4, kSalt = 8, kSecret = 40, kSecretBytes = 64, kFile = 104 };

static int read_key(const char* path, unsigned char* key) {
  char line[2048];
  FILE* file = fopen(path, "r");
  int got = -1;
  if (file == NULL) return -1;
  if (fgets(line, sizeof line, file) && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    got = b64_pton(line, key, kFile);
  }
  fclose(file);
  return got == kFile ? 0 : -1;
}

int main(int argc, char** argv) {
  unsigned char key[kFile];
  unsigned char mask[kSecretBytes] = {0};
  char passphrase[1024] = "";
  uint32_t rounds;
  if (argc != 2 || read_key(argv[1], key) != 0) return 2;
  memcpy(&rounds, key + kRounds, sizeof rounds);
  if (ntohl(rounds) != 0) {
    if (fgets(passphrase, sizeof passphrase, stdin) == NULL) return 2;
    passphrase[strcspn(passphrase, "\n")] = '\0';
    if (bcrypt_pbkdf(passphrase, strlen(passphrase), key + kSalt, 16, mask,
                     sizeof mask, ntohl(rounds)) != 0) {
      return 2;
    }
  }
  for (int i = 0; i < kSecretBytes; ++i) mask[i] ^= key[kSecret + i];
  return fwrite(mask, 1, sizeof mask, stdout) == sizeof mask ? 0 : 2;
}
