#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include "calls.h"

struct C {
  F f;
  struct addrinfo* ai;
};
int main() {
  struct C* x = malloc(sizeof *x);
  x->f = a;
  struct addrinfo* r = 0;
  if (!getaddrinfo("127.0.0.1", "80", 0, &r)) {
    x->ai = r;
  }
  x->f();
}
