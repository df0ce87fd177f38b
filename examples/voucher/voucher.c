/* voucher < REQUESTS: each line is a name, a space and an amount; each request
 * that holds gets a voucher, its tag under the shop's key. Everything happens
 * in main: the key is never in a function of its own. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "voucher.h"

static int parse_request(const char* line, size_t length, struct request* out) {
  const char* space = memchr(line, ' ', length);
  if (space == NULL || space == line) return -1;
  const size_t name_length = (size_t)(space - line);
  if (name_length >= sizeof out->name) return -1;
  memset(out, 0, sizeof *out);
  memcpy(out->name, line, name_length);
  for (const char* digit = space + 1; digit < line + length; ++digit) {
    if (*digit < '0' || *digit > '9' || out->cents > kMostCents) return -1;
    out->cents = out->cents * 10 + (unsigned)(*digit - '0');
  }
  return out->cents > 0 && out->cents <= kMostCents ? 0 : -1;
}

int main(void) {
  unsigned char key[kKeyBytes];
  const int file = open("/run/secrets/voucher.key", O_RDONLY | O_CLOEXEC);
  const ssize_t count = read(file, key, sizeof key);
  close(file);
  if (count != (ssize_t)sizeof key) {
    fprintf(stderr, "voucher: no key\n");
    return 2;
  }
  unsigned refused = 0;
  char line[256];
  for (int number = 1; fgets(line, sizeof line, stdin) != NULL; ++number) {
    struct request request;
    if (parse_request(line, strcspn(line, "\n"), &request) != 0) {
      printf("%d: refused\n", number);
      ++refused;
      continue;
    }
    unsigned char tag[kTagBytes];
    hmac_sha256(key, sizeof key, (const unsigned char*)&request, sizeof request,
                tag);
    printf("%d: %s %u ", number, request.name, request.cents);
    for (size_t i = 0; i < sizeof tag; ++i) printf("%02x", tag[i]);
    printf("\n");
  }
  wipe(key, sizeof key);
  return refused != 0;
}
