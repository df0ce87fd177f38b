// The verbs that another of our programs carries out whole.

#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/process.h"

namespace bailey::cli {
namespace {

int Forward(std::vector<std::string> command, int argc, char** argv,
            Environment environment = Environment::kReduced) {
  command.insert(command.end(), argv, argv + argc);
  return PrintError(ExecProgram(command, environment));
}

}  // namespace

int RunAnalyze(int argc, char** argv) {
  return Forward({SiblingProgram("bailey-analyze")}, argc, argv);
}

// The build that is captured is the user's own: it gets the whole environment.
int RunCapture(int argc, char** argv) {
  return Forward({SiblingProgram("bailey-analyze")}, argc, argv,
                 Environment::kWhole);
}

int RunPolicy(int argc, char** argv) {
  return Forward({SiblingProgram("bailey-policy")}, argc - 1, argv + 1);
}

}  // namespace bailey::cli
