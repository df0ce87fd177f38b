#include <signal.h>
#include <unistd.h>

#include "calls.h"

static F h;
static void on(int s) {
  h();
}
static void on2(int s, siginfo_t* i, void* u) {
  ((F)i->si_value.sival_ptr)();
}
int main() {
  h = a;
  signal(SIGUSR1, on);
  raise(SIGUSR1);
  struct sigaction s;
  memset(&s, 0, sizeof s);
  s.sa_sigaction = on2;
  s.sa_flags = SA_SIGINFO;
  sigaction(SIGUSR2, &s, 0);
  union sigval v;
  v.sival_ptr = (void*)b;
  sigqueue(getpid(), SIGUSR2, v);
}
