// bailey-analyze: the verbs that need LLVM. It is run without credentials.

#include "cli/analyze/commands.h"

int main(int argc, char** argv) {
  using namespace bailey::cli;
  return Dispatch("bailey-analyze", "Records builds and analyzes programs.",
                  kAnalyzeCommands, argc, argv);
}
