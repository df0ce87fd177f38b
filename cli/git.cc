#include "cli/git.h"

#include "cli/process.h"

namespace bailey::cli {
namespace {

std::string FirstLine(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace

Result<Git> Git::Find(const std::string& directory) {
  ASSIGN_OR_RETURN(
      const CapturedRun run,
      CaptureProgram({"git", "-C", directory, "rev-parse", "--show-toplevel"}));
  const std::string top = FirstLine(run.output);
  if (run.status != 0 || top.empty())
    return Fail("`" + directory + "` is not in a git repository",
                "compare with an older report: --baseline report.json");
  return Git(top);
}

// No hook and no monitor of the repository's runs.
std::vector<std::string> Git::Command(
    std::vector<std::string> arguments) const {
  std::vector<std::string> command = {"git",
                                      "-C",
                                      top_,
                                      "-c",
                                      "core.hooksPath=/dev/null",
                                      "-c",
                                      "core.fsmonitor=false"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

Result<std::string> Git::Commit(const std::string& revision) const {
  ASSIGN_OR_RETURN(
      const CapturedRun run,
      CaptureProgram(Command({"rev-parse", "--verify", "--quiet",
                              "--end-of-options", revision + "^{commit}"})));
  if (run.status != 0)
    return Fail("`" + top_ + "` has no revision `" + revision + "`",
                "fetch it first, if the clone is shallow");
  return FirstLine(run.output);
}

Result<> Git::CheckOut(const std::string& commit, const std::string& index,
                       const std::string& tree) const {
  const auto run =
      [&](const std::vector<std::string>& arguments) -> Result<int> {
    std::vector<std::string> command = Command(arguments);
    command.insert(command.begin(), {"env", "GIT_INDEX_FILE=" + index});
    return RunProgram(command);
  };
  ASSIGN_OR_RETURN(int status, run({"read-tree", commit}));
  if (status == 0) {
    ASSIGN_OR_RETURN(status, run({"checkout-index", "--all", "--quiet",
                                  "--prefix=" + tree + "/"}));
  }
  if (status != 0) return Fail("git cannot check `" + commit + "` out");
  return {};
}

Result<bool> Git::IsTracked(const std::string& path) const {
  ASSIGN_OR_RETURN(const CapturedRun run,
                   CaptureProgram(Command(
                       {"--literal-pathspecs", "ls-files", "-z", "--", path})));
  return run.status == 0 && !run.output.empty();
}

Result<bool> Git::IsIgnored(const std::string& path) const {
  ASSIGN_OR_RETURN(
      const CapturedRun run,
      CaptureProgram(Command({"check-ignore", "--quiet", "--", path})));
  return run.status == 0;
}

}  // namespace bailey::cli
