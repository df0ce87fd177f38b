// bailey manual: the manual pages of all commands, which they write themselves.

#include <fmt/format.h>

#include <filesystem>
#include <sstream>

#include "cli/commands.h"
#include "cli/manual_page.h"
#include "cli/process.h"
#include "common/fd.h"

namespace bailey::cli {
namespace {

using Words = std::vector<std::string>;

// This program, whatever it is called.
std::string Self() { return SiblingProgram("bailey"); }

Result<std::string> Ask(Words words, std::string_view question) {
  words.insert(words.begin(), Self());
  words.emplace_back(question);
  ASSIGN_OR_RETURN(CapturedRun run, CaptureProgram(words));
  if (run.status != kExitFine) return Fail("there is no such command");
  return std::move(run.output);
}

std::string NameOfPage(const Words& words) {
  std::string command = "bailey";
  for (const std::string& word : words) command += " " + word;
  return PageName(command) + ".1";
}

// The commands of commands; options are no commands.
Result<std::vector<Words>> CommandsBelow(const Words& words) {
  ASSIGN_OR_RETURN(const std::string names, Ask(words, kAskComplete));
  std::istringstream lines(names);
  std::vector<Words> commands;
  for (std::string name; std::getline(lines, name);) {
    if (name.starts_with('-')) continue;
    commands.push_back(words);
    commands.back().push_back(name);
  }
  return commands;
}

Result<> WriteFrom(const Words& words, const std::string& directory) {
  ASSIGN_OR_RETURN(const std::string page, Ask(words, kAskManualPage));
  RETURN_IF_ERROR(
      WriteFileAtomically(directory + "/" + NameOfPage(words), page));
  ASSIGN_OR_RETURN(const std::vector<Words> commands, CommandsBelow(words));
  for (const Words& command : commands) {
    RETURN_IF_ERROR(WriteFrom(command, directory));
  }
  return {};
}

Result<> Manual(const Words& words, const std::string& directory) {
  if (directory.empty()) {
    ASSIGN_OR_RETURN(const std::string page, Ask(words, kAskManualPage));
    return WriteAll(1, page, "standard output");
  }
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return FailErrno("cannot make `" + directory + "`", error.value());
  return WriteFrom(words, directory);
}

}  // namespace

int RunManual(int argc, char** argv) {
  CLI::App app(
      "Prints the manual page of a command, or writes the pages of all "
      "commands\n"
      "into a directory.\n\n"
      "  bailey manual policy eval | man -l -\n"
      "  bailey manual -o /usr/local/share/man/man1",
      "bailey manual");
  Words words;
  std::string directory;
  app.add_option("-o,--output", directory,
                 "write the page, and those of the commands below it, here");
  app.add_option("command", words, "which; bailey itself if none is named");
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<> done = Manual(words, directory);
  return done.ok() ? kExitFine : PrintError(done.error());
}

}  // namespace bailey::cli
