#include "executor/launch/quiet_terminal.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <array>

namespace bailey::executor {
namespace {

constexpr std::array<int, 4> kEndingSignals{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

// For the handler, which has no other way to it.
termios g_before;
volatile sig_atomic_t g_is_quiet = 0;

void PutBack() {
  if (g_is_quiet == 0) return;
  (void)tcsetattr(STDIN_FILENO, TCSANOW, &g_before);
  g_is_quiet = 0;
}

// SAFETY: tcsetattr, signal and raise are async-signal-safe.
void PutBackAndEnd(int number) {
  PutBack();
  signal(number, SIG_DFL);
  raise(number);
}

// What whoever started us wants ignored stays so.
void Handle(sighandler_t handler) {
  for (const int number : kEndingSignals) {
    if (signal(number, handler) == SIG_IGN) signal(number, SIG_IGN);
  }
}

}  // namespace

QuietTerminal::QuietTerminal(bool is_wanted) {
  if (!is_wanted || tcgetattr(STDIN_FILENO, &g_before) != 0) return;
  Handle(PutBackAndEnd);
  g_is_quiet = 1;
  termios quiet = g_before;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  (void)tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
}

QuietTerminal::~QuietTerminal() {
  if (g_is_quiet == 0) return;
  PutBack();
  Handle(SIG_DFL);
}

}  // namespace bailey::executor
