// bailey-policy: the verbs that need Z3. It is run without credentials.

#include "cli/policy/commands.h"

int main(int argc, char** argv) {
  using namespace bailey::cli;
  return Dispatch("bailey policy", "Evaluates, compiles and proves policies.",
                  kPolicyCommands, argc, argv);
}
