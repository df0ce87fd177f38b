// bailey policy fmt: policies in their canonical form.

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/policy/commands.h"
#include "common/fd.h"
#include "policy-compiler/language/format.h"

namespace bailey::cli {
namespace {

struct FmtOptions {
  std::vector<std::string> policies;
  bool check = false;
  bool write = false;
};

// In place of the file that the path leads to, with its permissions.
Result<> Replace(const std::string& path, const std::string& text) {
  std::error_code failure;
  const std::filesystem::path file = std::filesystem::canonical(path, failure);
  if (failure) return FailErrno("cannot find `" + path + "`", failure.value());
  struct stat status{};
  if (stat(file.c_str(), &status) != 0)
    return FailErrno("cannot look at `" + path + "`");
  return WriteFileAtomically(file, text, status.st_mode & 07777);
}

// The policy's diagnostics were printed where there is an error.
Result<int> Format(const std::string& path, const FmtOptions& options) {
  const std::optional<LoadedPolicy> loaded = LoadPolicyFile(path);
  if (!loaded) return kExitError;
  ASSIGN_OR_RETURN(const std::string text, policy::FormatPolicy(loaded->text));
  const bool differs = text != loaded->text.text;
  if (options.check) {
    if (differs) fmt::print("{}\n", path);
    return differs ? kExitNo : kExitFine;
  }
  if (!options.write) {
    RETURN_IF_ERROR(WriteAll(1, text, "standard output"));
  } else if (differs) {
    RETURN_IF_ERROR(Replace(path, text));
  }
  return kExitFine;
}

// Every policy is looked at; an error weighs more than a difference.
int FormatAll(const FmtOptions& options) {
  int code = kExitFine;
  for (const std::string& path : options.policies) {
    const Result<int> status = Format(path, options);
    code = std::max(code, status.ok() ? *status : PrintError(status.error()));
  }
  return code;
}

}  // namespace

int RunPolicyFmt(int argc, char** argv) {
  CLI::App app(
      "Prints policies in their canonical form; comments and meaning stay. A\n"
      "policy with errors is refused and left as it is. With --check nothing "
      "is\n"
      "written: the names of those that differ are printed, and the exit code "
      "is 1.\n\n"
      "  bailey policy fmt --write notary.policy",
      "bailey policy fmt");
  FmtOptions options;
  CLI::Option* const check =
      app.add_flag("--check", options.check, "only say which policies differ");
  app.add_flag("-i,--write", options.write, "replace the files")
      ->excludes(check);
  app.add_option("policy", options.policies, "NAME.policy, one or more")
      ->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  return parsed.proceed ? FormatAll(options) : parsed.exit_code;
}

}  // namespace bailey::cli
