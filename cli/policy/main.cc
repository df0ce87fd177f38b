// bailey-policy: the verbs that need Z3. It is run without credentials.

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "cli/policy/commands.h"

namespace {

// An answer that nobody got is no answer: {fmt} throws where a write fails, and
// what is still in the buffer may fail to be written, too.
int RunChecked(int argc, char** argv) {
  using namespace bailey::cli;
  int code = kExitError;
  int failure = 0;
  try {
    code = Dispatch("bailey policy", "Evaluates, compiles and proves policies.",
                    kPolicyCommands, argc, argv);
  } catch (const std::system_error& error) {
    failure = error.code().value();
  }
  if (std::fflush(stdout) != 0 && failure == 0) failure = errno;
  if (failure == 0) return code;
  return PrintError(
      bailey::FailErrno("cannot write to standard output", failure).error());
}

}  // namespace

int main(int argc, char** argv) { return RunChecked(argc, argv); }
