// The verbs of bailey-analyze, one file a command.

#ifndef BAILEY_CLI_ANALYZE_COMMANDS_H_
#define BAILEY_CLI_ANALYZE_COMMANDS_H_

#include "cli/command.h"

namespace bailey::cli {

int RunAnalyzeProgram(int argc, char** argv);
int RunCaptureBuild(int argc, char** argv);
int RunLibraries(int argc, char** argv);
int RunOutline(int argc, char** argv);
int RunRewrite(int argc, char** argv);

inline constexpr Command kAnalyzeCommands[] = {
    {"analyze", "find every call that needs privilege", RunAnalyzeProgram},
    {"capture", "record the compile and link commands of a build",
     RunCaptureBuild},
    {"outline",
     "make functions of parts of functions (as `bailey split` runs it)",
     RunOutline},
    {"rewrite", "write the portions' sources (as `bailey split` runs it)",
     RunRewrite},
    {"libraries", "the loader and libraries of a program, as JSON",
     RunLibraries},
};

}  // namespace bailey::cli

#endif  // BAILEY_CLI_ANALYZE_COMMANDS_H_
