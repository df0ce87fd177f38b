// The last words of a portion that ran into a guard. The process is what an
// attacker drove to a fault: nothing is called here but what a signal handler
// may call, and nothing is read but names that the glue gave.

#define _GNU_SOURCE
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "runtime/guarded.h"

static void say(const char* text) {
  if (write(STDERR_FILENO, text, strlen(text)) < 0) return;
}

static void say_where(const void* address) {
  const struct bailey_guarded_name name = bailey_guards_name(address);
  if (name.function == NULL) return;
  say("bailey: crossing `");
  say(name.function);
  say("`: its code reaches beyond what was passed for `");
  say(name.parameter);
  say("`\n");
}

// The default is in force again: the instruction faults once more, and ends the
// process where it stands. A signal that somebody sent comes with no
// instruction; then a trap ends it.
static void on_fault(int signal, siginfo_t* fault, void* context) {
  (void)signal;
  (void)context;
  if (fault->si_code <= 0) __builtin_trap();
  say_where(fault->si_addr);
}

void bailey_guards_tell_faults(void) {
  struct sigaction action;
  if (sigaction(SIGSEGV, NULL, &action) != 0) return;
  if ((action.sa_flags & SA_SIGINFO) || action.sa_handler != SIG_DFL) return;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_fault;
  action.sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER;
  // Without it a fault ends the process all the same.
  (void)sigaction(SIGSEGV, &action, NULL);
}
