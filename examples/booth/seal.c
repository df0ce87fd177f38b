/* booth-seal: has the shop's key, and gives tags of requests to whoever can
 * reach its socket. It parses nothing: a request is 64 bytes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "booth.h"

static int read_key(const char* path, unsigned char key[static kKeyBytes]) {
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  const ssize_t count = read(file, key, kKeyBytes);
  close(file);
  return count == kKeyBytes ? 0 : -1;
}

static void serve(int client, const unsigned char key[static kKeyBytes]) {
  struct request request;
  unsigned char tag[kTagBytes];
  while (recv(client, &request, sizeof request, MSG_WAITALL) ==
         (ssize_t)sizeof request) {
    hmac_sha256(key, kKeyBytes, (const unsigned char*)&request, sizeof request,
                tag);
    if (send(client, tag, sizeof tag, MSG_NOSIGNAL) < 0) break;
  }
  close(client);
}

int main(int argc, char** argv) {
  unsigned char key[kKeyBytes];
  if (argc != 2 || read_key(argv[1], key) != 0) {
    fprintf(stderr, "booth-seal: no key\n");
    return 2;
  }
  const struct sockaddr_un address = booth_address();
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(listener, (const struct sockaddr*)&address, sizeof address) != 0 ||
      listen(listener, 8) != 0) {
    perror("booth-seal");
    return 2;
  }
  for (;;) {
    const int client = accept(listener, NULL, NULL);
    if (client < 0 && errno != EINTR && errno != ECONNABORTED) return 3;
    if (client >= 0) serve(client, key);
  }
}
