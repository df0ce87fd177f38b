// bailey: the command line. It links neither LLVM nor Z3; the verbs that need
// them are in bailey-analyze and bailey-policy, which it runs without
// credentials.

#include "cli/commands.h"

int main(int argc, char** argv) {
  using namespace bailey::cli;
  return Dispatch(
      "bailey",
      "Bailey shows which privileges a program can exercise, proves "
      "what is enforced, and runs it split by trust.",
      kBaileyCommands, argc, argv);
}
