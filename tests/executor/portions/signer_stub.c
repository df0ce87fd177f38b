/* The signer as the portion without the key sees it. */
#include <string.h>
#include <unistd.h>

#include "runtime/crossing.h"
#include "tests/executor/portions/signer.h"

unsigned signer_sign(int length, unsigned char first) {
  unsigned result = 0;
  struct bailey_crossing* message = bailey_begin(0, 1, "signer_sign");
  bailey_put(message, &length, sizeof length);
  bailey_put(message, &first, sizeof first);
  bailey_call(message);
  bailey_get(message, &result, sizeof result);
  bailey_end(message);
  return result;
}

/* A split gone wrong: the key's bytes come by a way that nobody marked. The
 * test passes them as hexadecimal digits on standard input. */
static unsigned char leaked[32];

int signer_leak(void) {
  unsigned char digits[64];
  if (read(0, digits, sizeof digits) != (ssize_t)sizeof digits) return 1;
  for (int i = 0; i < 32; ++i) {
    const unsigned char* pair = digits + 2 * i;
    leaked[i] =
        (unsigned char)((pair[0] <= '9' ? pair[0] - '0' : pair[0] - 'a' + 10) *
                            16 +
                        (pair[1] <= '9' ? pair[1] - '0' : pair[1] - 'a' + 10));
  }
  memset(digits, 0, sizeof digits);
  signer_sign(1, 1);
  return 0;
}
