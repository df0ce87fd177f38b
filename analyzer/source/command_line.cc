#include "analyzer/source/command_line.h"

#include <clang/Driver/Options.h>
#include <fmt/format.h>
#include <llvm/Option/ArgList.h>
#include <llvm/Option/OptTable.h>
#include <llvm/TargetParser/Triple.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string_view>

namespace bailey::analyzer {
namespace {

namespace options = clang::driver::options;

// Errors of Clang 19 that GCC 12 makes warnings.
constexpr const char* kOnlyWarnings[] = {
    "-Wno-error=implicit-function-declaration", "-Wno-error=implicit-int",
    "-Wno-error=int-conversion",
    "-Wno-error=incompatible-function-pointer-types"};

// Without a meaning for a parse: warnings, and what writes files beside it.
bool IsIrrelevant(std::string_view word) {
  constexpr std::string_view kPrefixes[] = {
      "-save-temps", "-fplugin", "-fdump-", "-specs=", "-ftime-report",
      "-pedantic",   "-Wa,",     "-Wl,",    "-flto",   "-fuse-ld="};
  if (word.starts_with("-W")) return !word.starts_with("-Wp,");
  return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) {
    return word.starts_with(prefix);
  });
}

std::vector<std::string> WithoutIrrelevant(
    const std::vector<std::string>& command) {
  std::vector<std::string> kept;
  for (size_t i = 1; i < command.size(); ++i)
    if (!IsIrrelevant(command[i])) kept.push_back(command[i]);
  return kept;
}

// Asks Clang's own table of options which words it does not know.
std::vector<std::string> WithoutUnknown(const std::vector<std::string>& words,
                                        std::vector<std::string>& dropped) {
  std::vector<const char*> pointers;
  for (const std::string& word : words) pointers.push_back(word.c_str());
  unsigned missing_index = 0;
  unsigned missing_count = 0;
  const llvm::opt::InputArgList parsed =
      clang::driver::getDriverOptTable().ParseArgs(
          pointers, missing_index, missing_count,
          llvm::opt::Visibility(options::ClangOption));
  std::set<unsigned> unknown;
  for (const llvm::opt::Arg* argument : parsed.filtered(options::OPT_UNKNOWN))
    unknown.insert(argument->getIndex());
  std::vector<std::string> kept;
  for (unsigned i = 0; i < words.size(); ++i)
    (unknown.contains(i) ? dropped : kept).push_back(words[i]);
  return kept;
}

bool HoldsHeaders(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(folder / "include" / "stddef.h", ignored);
}

Result<std::string> ResourceDirectory() {
  for (const char* folder :
       {BAILEY_CLANG_RESOURCE_DIR, "/usr/lib/llvm-19/lib/clang/19",
        "/usr/lib/clang/19"})
    if (HoldsHeaders(folder)) return std::string(folder);
  return Fail(fmt::format("the headers of clang 19 are not in `{}`",
                          BAILEY_CLANG_RESOURCE_DIR),
              "install the package libclang-common-19-dev");
}

std::string NameOf(const std::string& driver) {
  return std::filesystem::path(driver).filename().string();
}

bool IsCxxDriver(const std::string& driver) {
  return NameOf(driver).find("++") != std::string::npos;
}

// "aarch64-linux-gnu" of `aarch64-linux-gnu-gcc-12`; empty for `gcc`, and for
// what is the default anyway.
std::string TargetOf(const std::string& driver) {
  const std::string name = NameOf(driver);
  for (const std::string_view tool :
       {"-gcc", "-g++", "-clang", "-cc", "-c++"}) {
    const size_t at = name.find(tool);
    if (at == std::string::npos) continue;
    const std::string target = name.substr(0, at);
    const llvm::Triple::ArchType machine = llvm::Triple(target).getArch();
    const bool known =
        machine != llvm::Triple::UnknownArch && machine != llvm::Triple::x86_64;
    if (known && target.find('-') != std::string::npos) return target;
  }
  return "";
}

// A cross compiler of Debian's is for the target that its name begins with, and
// has its headers in a folder of that name, where Clang does not look.
void AddTarget(const std::string& driver,
               const std::vector<std::string>& command,
               std::vector<std::string>& arguments) {
  const std::string target = TargetOf(driver);
  if (target.empty()) return;
  arguments.push_back("--target=" + target);
  const std::string root = "/usr/" + target;
  std::error_code ignored;
  const bool chosen = std::ranges::any_of(command, [](const std::string& word) {
    return word.starts_with("--sysroot") || word.starts_with("-isysroot");
  });
  if (chosen || !std::filesystem::exists(root + "/include", ignored)) return;
  arguments.push_back("--sysroot=" + root);
  for (const std::string& folder :
       {"/usr/include/" + target, std::string("/usr/include")})
    arguments.insert(arguments.end(), {"-idirafter", folder});
}

}  // namespace

Result<AdjustedCommand> AdjustCommand(const std::vector<std::string>& command) {
  ASSIGN_OR_RETURN(const std::string resources, ResourceDirectory());
  AdjustedCommand adjusted;
  const std::vector<std::string> words =
      WithoutUnknown(WithoutIrrelevant(command), adjusted.dropped);
  adjusted.arguments = {IsCxxDriver(command[0]) ? "clang++" : "clang"};
  AddTarget(command[0], command, adjusted.arguments);
  adjusted.arguments.insert(adjusted.arguments.end(), words.begin(),
                            words.end());
  for (const char* word : kOnlyWarnings) adjusted.arguments.push_back(word);
  adjusted.arguments.insert(
      adjusted.arguments.end(),
      {"-w", "-fno-caret-diagnostics", "-resource-dir", resources});
  return adjusted;
}

}  // namespace bailey::analyzer
