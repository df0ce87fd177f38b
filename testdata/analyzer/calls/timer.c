#include <signal.h>
#include <unistd.h>

#include "calls.h"

struct H {
  F f;
};
static void on(union sigval v) {
  ((struct H*)v.sival_ptr)->f();
}
int main() {
  static struct H h = {c};
  struct sigevent e = {0};
  e.sigev_notify = SIGEV_THREAD;
  e.sigev_notify_function = on;
  e.sigev_value.sival_ptr = &h;
  timer_t t;
  timer_create(CLOCK_MONOTONIC, &e, &t);
  struct itimerspec s = {.it_value.tv_nsec = 1000000};
  timer_settime(t, 0, &s, 0);
  usleep(50000);
}
