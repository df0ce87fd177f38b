/* booth < REQUESTS: each line is a name, a space and an amount; each request
 * that holds gets a voucher. The key is booth-seal's, another program. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "booth.h"

static int parse_request(const char* line, struct request* out) {
  memset(out, 0, sizeof *out);
  const int found = sscanf(line, "%59s %u", out->name, &out->cents);
  return found == 2 && out->cents > 0 && out->cents <= kMostCents ? 0 : -1;
}

static int connect_seal(void) {
  const struct sockaddr_un address = booth_address();
  const int seal = socket(AF_UNIX, SOCK_STREAM, 0);
  if (connect(seal, (const struct sockaddr*)&address, sizeof address) == 0)
    return seal;
  perror("booth: no seal");
  return -1;
}

static int get_tag(int seal, const struct request* request,
                   unsigned char tag[static kTagBytes]) {
  if (send(seal, request, sizeof *request, MSG_NOSIGNAL) < 0) return -1;
  return recv(seal, tag, kTagBytes, MSG_WAITALL) == kTagBytes ? 0 : -1;
}

int main(void) {
  const int seal = connect_seal();
  if (seal < 0) return 2;
  unsigned refused = 0;
  char line[256];
  for (int number = 1; fgets(line, sizeof line, stdin) != NULL; ++number) {
    struct request request;
    if (parse_request(line, &request) != 0) {
      printf("%d: refused\n", number);
      ++refused;
      continue;
    }
    unsigned char tag[kTagBytes];
    if (get_tag(seal, &request, tag) != 0) {
      fprintf(stderr, "booth: the seal does not answer\n");
      return 3;
    }
    printf("%d: %s %u ", number, request.name, request.cents);
    for (size_t i = 0; i < sizeof tag; ++i) printf("%02x", tag[i]);
    printf("\n");
  }
  return refused != 0;
}
