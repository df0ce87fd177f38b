/* courier < MESSAGES: each line is a tag of 64 hexadecimal digits, a space and
 * a message. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "courier.h"

static int deliver(int number, const char* line, size_t length) {
  unsigned char tag[kTagBytes];
  unsigned char seal[kSealBytes];
  const char* space = memchr(line, ' ', length);
  if (space == NULL || !from_hex(line, (size_t)(space - line), tag, kTagBytes)) {
    printf("%d: malformed\n", number);
    return 1;
  }
  const unsigned char* message = (const unsigned char*)space + 1;
  const size_t size = length - (size_t)(space + 1 - line);
  if (!tags_match(message, size, tag)) {
    printf("%d: refused\n", number);
    return 1;
  }
  if (receipts_seal(message, size, seal) != 0) return 1;
  printf("%d: ", number);
  print_hex(seal, sizeof seal);
  printf("\n");
  return 0;
}

static int greet(void) {
  unsigned char key[32];
  if (receipts_public(key) != 0) return 1;
  printf("receipts under ");
  print_hex(key, sizeof key);
  printf("\n");
  return 0;
}

int main(void) {
  if (sodium_init() < 0) return 2;
  if (tags_open("/run/secrets/courier.tags") != 0 ||
      receipts_open("/run/secrets/courier.seed") != 0) {
    fprintf(stderr, "courier: a key cannot be read\n");
    return 2;
  }
  char line[kMostMessage];
  int refused = greet();
  for (int number = 1; fgets(line, sizeof line, stdin) != NULL; ++number)
    refused += deliver(number, line, strcspn(line, "\n"));
  return refused != 0;
}
