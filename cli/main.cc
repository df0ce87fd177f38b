// bailey: the command line. It links neither LLVM nor Z3; the verbs that need
// them are in bailey-analyze and bailey-policy, which it runs without
// credentials.

#include <fcntl.h>
#include <unistd.h>

#include "cli/commands.h"

namespace {

// Were one of the numbers 0 to 2 free, what is opened next would stand there:
// a bundle in memory would be the program's input, or get our messages.
bool HasStandardStreams() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) continue;
    // The lowest free number is `fd`; without close-on-exec it lasts.
    if (open("/dev/null", O_RDWR) != fd) return false;
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace bailey::cli;
  if (!HasStandardStreams()) return kExitError;
  return Dispatch(
      "bailey",
      "Bailey shows which privileges a program can exercise, proves "
      "what is enforced, and runs it split by trust.",
      kBaileyCommands, argc, argv);
}
