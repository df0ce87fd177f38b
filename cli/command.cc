#include "cli/command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "cli/manual_page.h"
#include "common/printable.h"
#include "common/syscalls/nearest_name.h"

namespace bailey::cli {
namespace {

std::string Usage(std::string_view program, std::string_view purpose,
                  std::span<const Command> commands) {
  std::string text =
      fmt::format("{}\n\nusage: {} COMMAND [OPTION...]\n\n", purpose, program);
  for (const Command& command : commands)
    text += fmt::format("  {:<16} {}\n", command.name, command.summary);
  text += fmt::format(
      "\n`{} COMMAND --help` explains a command, with an example.\n", program);
  return text;
}

int UnknownCommand(std::string_view program, std::string_view name,
                   std::span<const Command> commands) {
  std::vector<std::string_view> names;
  for (const Command& command : commands) names.push_back(command.name);
  const std::optional<std::string_view> nearest = NearestName(name, names);
  return PrintError(
      {fmt::format("unknown command `{}`", name),
       nearest ? fmt::format("did you mean `{}`?", *nearest)
               : fmt::format("`{} --help` lists the commands", program)});
}

}  // namespace

int Dispatch(std::string_view program, std::string_view purpose,
             std::span<const Command> commands, int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  if (name == "--version") {
    fmt::print("{}\n", kVersion);
    return kExitFine;
  }
  if (name.empty() || name == "--help" || name == "-h" || name == "help") {
    fmt::print(name.empty() ? stderr : stdout, "{}",
               Usage(program, purpose, commands));
    return name.empty() ? kExitError : kExitFine;
  }
  if (name == kAskManualPage) {
    fmt::print("{}", ManualPage(program, purpose, commands));
    return kExitFine;
  }
  if (name == kAskComplete) {
    for (const Command& command : commands) fmt::print("{}\n", command.name);
    return kExitFine;
  }
  const auto found = std::ranges::find(commands, name, &Command::name);
  if (found == commands.end()) return UnknownCommand(program, name, commands);
  return found->run(argc - 1, argv + 1);
}

ParsedArguments ParseArguments(CLI::App& app, int argc, char** argv) {
  // The question stands last: a shell asks after the words that were typed.
  const std::string_view asked = AskedFor(argc, argv);
  if (!asked.empty()) {
    fmt::print("{}",
               asked == kAskComplete ? OptionNames(app) : ManualPage(app));
    return {false, kExitFine};
  }
  try {
    app.parse(argc, argv);
    return {true, kExitFine};
  } catch (const CLI::ParseError& error) {
    // CLI11 reports --help as an "error" of code 0; all others are bad usage.
    const int code = app.exit(error);
    return {false, code == 0 ? kExitFine : kExitError};
  }
}

bool WantsColor() {
  return isatty(STDERR_FILENO) == 1 && !std::getenv("NO_COLOR");
}

int PrintError(const Error& error) {
  // A message of several lines is a rendering of diagnostics, complete as it
  // is.
  const bool rendered = error.message.find('\n') != std::string::npos;
  // It may quote what others chose: paths, names in a program's file.
  fmt::print(stderr, "{}{}\n",
             rendered ? "" : "bailey: error: ", WithoutControls(error.message));
  if (!error.hint.empty())
    fmt::print(stderr, "  hint: {}\n", WithoutControls(error.hint));
  return kExitError;
}

int PrintDiagnostics(const Diagnostics& diagnostics) {
  fmt::print(stderr, "{}", RenderText(diagnostics, WantsColor()));
  return diagnostics.has_errors() ? kExitError : kExitFine;
}

}  // namespace bailey::cli
