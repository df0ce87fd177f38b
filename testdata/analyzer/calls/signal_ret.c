#include <signal.h>

#include "calls.h"

static void on(int s) {
  a();
}
int main() {
  signal(SIGUSR1, on);
  void (*o)(int) = signal(SIGUSR1, SIG_DFL);
  o(3);
  struct sigaction x = {0}, y;
  x.sa_handler = on;
  sigaction(SIGUSR2, &x, 0);
  sigaction(SIGUSR2, 0, &y);
  y.sa_handler(1);
}
