#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "calls.h"

struct H {
  F f;
};
int main() {
  int p[2];
  socketpair(AF_UNIX, SOCK_DGRAM, 0, p);
  struct H* h = malloc(8);
  h->f = a;
  struct iovec v = {&h, 8};
  struct msghdr m = {.msg_iov = &v, .msg_iovlen = 1};
  sendmsg(p[0], &m, 0);
  struct H* g;
  struct iovec w = {&g, 8};
  struct msghdr q = {.msg_iov = &w, .msg_iovlen = 1};
  recvmsg(p[1], &q, 0);
  g->f();
  writev(p[0], &v, 1);
  struct H* k;
  w.iov_base = &k;
  readv(p[1], &w, 1);
  k->f();
}
