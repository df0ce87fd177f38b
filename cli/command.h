// What the commands of all our programs share: the table that main dispatches
// on, exit codes, and how an error is shown.

#ifndef BAILEY_CLI_COMMAND_H_
#define BAILEY_CLI_COMMAND_H_

#include <CLI/CLI.hpp>
#include <span>
#include <string>
#include <string_view>

#include "common/diagnostics.h"
#include "common/result.h"

namespace bailey::cli {

inline constexpr std::string_view kVersion = "bailey 0.1.0";

// docs/design of the command line: what every program returns.
inline constexpr int kExitFine = 0;
inline constexpr int kExitNo = 1;       // the answer is "no"
inline constexpr int kExitError = 2;    // usage, input or environment
inline constexpr int kExitUnknown = 3;  // could not be decided

struct Command {
  std::string_view name;
  std::string_view summary;
  // argv[0] is the command's own name.
  int (*run)(int argc, char** argv);
};

// Finds argv[1] among the commands and runs it; --help and --version too.
int Dispatch(std::string_view program, std::string_view purpose,
             std::span<const Command> commands, int argc, char** argv);

// Parses, or says why not. The caller returns the code when there is one.
struct ParsedArguments {
  bool proceed = false;
  int exit_code = kExitFine;
};
ParsedArguments ParseArguments(CLI::App& app, int argc, char** argv);

// Prints to standard error; returns kExitError.
int PrintError(const Error& error);
int PrintDiagnostics(const Diagnostics& diagnostics);

// Whether standard error is a terminal that wants colours (NO_COLOR is
// honoured).
bool WantsColor();

}  // namespace bailey::cli

#endif  // BAILEY_CLI_COMMAND_H_
