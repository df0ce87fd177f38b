#include <sys/epoll.h>
#include <unistd.h>

#include "calls.h"

struct H {
  F f;
};
int main() {
  static struct H h = {a};
  int p[2];
  pipe(p);
  int e = epoll_create1(0);
  struct epoll_event v = {.events = EPOLLIN, .data.ptr = &h};
  epoll_ctl(e, EPOLL_CTL_ADD, p[0], &v);
  write(p[1], "x", 1);
  struct epoll_event w[4];
  int k = epoll_wait(e, w, 4, 1000);
  for (int i = 0; i < k; i++)
    ((struct H*)w[i].data.ptr)->f();
}
