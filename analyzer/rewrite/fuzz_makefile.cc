#include "analyzer/rewrite/fuzz_makefile.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <string_view>

#include "analyzer/rewrite/makefile.h"

namespace bailey::analyzer {
namespace {

// Undefined in the portion's objects, and in their place a function of
// runtime/fuzz: copies.h, escape.h and files.h say which does what.
constexpr std::array<std::string_view, 33> kReplaced = {
    "exit",         "_exit",       "_Exit",   "quick_exit", "pthread_exit",
    "err",          "errx",        "verr",    "verrx",      "execve",
    "execv",        "execvp",      "execl",   "execlp",     "execle",
    "execvpe",      "fork",        "vfork",   "system",     "kill",
    "popen",        "posix_spawn", "open",    "open64",     "openat",
    "openat64",     "fopen",       "fopen64", "fdopen",     "fclose",
    "posix_spawnp", "close",       "dup"};

std::string Renames() {
  std::string words =
      "FUZZ_RENAMES = --rename-section .data=bailey_data "
      "--rename-section .bss=bailey_bss";
  for (const std::string_view name : kReplaced) {
    words += fmt::format(" \\\n  --redefine-sym {}=bailey_fuzz_{}", name, name);
  }
  for (const std::string_view name :
       {"take", "take_string", "reserve", "reserve_copy", "guard", "guard_text",
        "begin"}) {
    words += fmt::format(" \\\n  --redefine-sym bailey_{}=bailey_fuzz_{}", name,
                         name);
  }
  return words + "\n";
}

// A command whose first word and last options are make's variables.
Result<std::string> Recipe(const BuildCommand& command,
                           std::string_view options) {
  ASSIGN_OR_RETURN(const std::string directory, MakeWord(command.directory));
  ASSIGN_OR_RETURN(
      const std::string folder,
      MakeWord(std::filesystem::path(command.output).parent_path().string()));
  std::string text =
      fmt::format("\t@mkdir -p {}\n\tcd {} && $(FUZZ_CC)", folder, directory);
  for (size_t i = 1; i < command.arguments.size(); ++i) {
    ASSIGN_OR_RETURN(const std::string word, MakeWord(command.arguments[i]));
    text += " " + word;
  }
  return text + fmt::format(" {}\n", options);
}

Result<std::string> Rule(const BuildCommand& command,
                         std::string_view options) {
  ASSIGN_OR_RETURN(std::string text, MakeTarget(command.output));
  text += ":";
  for (const std::string& input : command.inputs) {
    ASSIGN_OR_RETURN(const std::string target, MakeTarget(input));
    text += " " + target;
  }
  ASSIGN_OR_RETURN(const std::string recipe, Recipe(command, options));
  return text + "\n" + recipe;
}

Result<std::string> UnitRule(BuildCommand unit, const std::string& directory) {
  unit.output = FuzzObject(directory, unit.output);
  unit.arguments.back() = unit.output;  // ... -c SOURCE -o OBJECT
  ASSIGN_OR_RETURN(const std::string rule, Rule(unit, "$(FUZZ_CFLAGS)"));
  ASSIGN_OR_RETURN(const std::string object, MakeWord(unit.output));
  return rule + fmt::format("\t$(FUZZ_OBJCOPY) $(FUZZ_RENAMES) {}\n\n", object);
}

// The program's compiler says which library it is linked with.
std::string_view CompilerFor(const BuildCommand& link) {
  const std::string name =
      std::filesystem::path(link.arguments[0]).filename().string();
  return name.contains("++") ? "clang++-19" : "clang-19";
}

}  // namespace

std::string FuzzObject(const std::string& directory,
                       const std::string& object) {
  return directory + "/fuzz/obj/" +
         std::filesystem::path(object).filename().string();
}

// Optimization and what else the last option decides are the fuzzer's: no
// _FORTIFY_SOURCE, which would check first and abort, and no sections of their
// own for globals. An enumeration of C++ may have any value, as one of C has: a
// sender's is what he likes, and the portion is compiled for that.
Result<std::string> FuzzRules(const FuzzBuild& build) {
  ASSIGN_OR_RETURN(const std::string program, MakeTarget(build.link.output));
  std::string text = fmt::format(
      "# The fuzzer that plays this portion's hostile client: "
      "docs/fuzzing.md.\n"
      "FUZZ_CC = {}\n"
      "FUZZ_OBJCOPY = objcopy\n"
      "FUZZ_SANITIZERS = address,undefined\n"
      "FUZZ_CFLAGS = -O1 -g -U_FORTIFY_SOURCE -fno-omit-frame-pointer "
      "-fno-lto -fno-common -fno-data-sections "
      "-fsanitize=fuzzer-no-link,$(FUZZ_SANITIZERS) "
      "-fno-sanitize=enum -fno-sanitize-recover=undefined\n"
      "{}.PHONY: fuzz-{}\nfuzz-{}: {}\n\n",
      CompilerFor(build.link), Renames(), build.portion, build.portion,
      program);
  ASSIGN_OR_RETURN(const std::string link,
                   Rule(build.link, "-fsanitize=fuzzer,$(FUZZ_SANITIZERS)"));
  text += link + "\n";
  for (const BuildCommand& unit : build.units) {
    ASSIGN_OR_RETURN(const std::string rule, UnitRule(unit, build.directory));
    text += rule;
  }
  ASSIGN_OR_RETURN(const std::string tables, Rule(build.tables, ""));
  return text + tables;
}

}  // namespace bailey::analyzer
