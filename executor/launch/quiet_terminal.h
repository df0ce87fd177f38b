// While one lives, what is typed at our standard input is not shown: for a
// credential that is standard input. The program would see to that itself on a
// terminal of its own (/dev/tty), which it does not have in a container.
//
//   const QuietTerminal quiet(TakesStandardInput(plan, sources));
//
// One at a time in a process. A signal that ends us puts the terminal back;
// SIGKILL does not, as with any program that asks for a passphrase.

#ifndef BAILEY_EXECUTOR_LAUNCH_QUIET_TERMINAL_H_
#define BAILEY_EXECUTOR_LAUNCH_QUIET_TERMINAL_H_

namespace bailey::executor {

class QuietTerminal {
 public:
  // Does nothing unless `is_wanted` and standard input is a terminal.
  explicit QuietTerminal(bool is_wanted);
  ~QuietTerminal();
  QuietTerminal(const QuietTerminal&) = delete;
  QuietTerminal& operator=(const QuietTerminal&) = delete;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_QUIET_TERMINAL_H_
