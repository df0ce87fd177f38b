#include "cli/pipeline.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cli/policy_plugins.h"
#include "cli/process.h"

namespace bailey::cli {
namespace {

double Now() {
  using Clock = std::chrono::steady_clock;
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
}

}  // namespace

void AddPipelineOptions(CLI::App& app, PipelineOptions& options) {
  app.add_option("-p,--build", options.build_directory,
                 "directory of compile_commands.json (see `bailey capture`)");
  app.add_option("--policy", options.policy, "the policy, NAME.policy")
      ->required();
  app.add_option("--program", options.program,
                 "which program, where the build links several");
  app.add_flag("--quiet", options.quiet, "no progress");
}

Pipeline::Pipeline(PipelineOptions options, std::string directory)
    : options_(std::move(options)), directory_(std::move(directory)) {}

std::string Pipeline::Path(std::string_view name) const {
  return directory_ + "/" + std::string(name);
}

Result<int> Pipeline::Stage(std::string_view what,
                            std::vector<std::string> command) {
  const Progress progress(what, options_.quiet);
  return RunProgram(command);
}

Result<int> Pipeline::Analyze() {
  std::vector<std::string> command = {SiblingProgram("bailey-analyze"),
                                      "analyze",
                                      "--quiet",
                                      "--build",
                                      options_.build_directory,
                                      "--report",
                                      Path("report.json"),
                                      "--flow",
                                      Path("flow.json"),
                                      "--policy",
                                      options_.policy};
  if (!options_.program.empty())
    command.insert(command.end(), {"--program", options_.program});
  if (!options_.root.empty())
    command.insert(command.end(), {"--root", options_.root});
  ASSIGN_OR_RETURN(const PolicyPlugins plugins, ReadPlugins(options_.policy));
  if (plugins.exit_code != kExitFine) return plugins.exit_code;
  for (const std::string& pattern : plugins.patterns)
    command.push_back("--plugin=" + pattern);
  command.insert(command.end(), options_.sources.begin(),
                 options_.sources.end());
  return Stage("analyzing", std::move(command));
}

Result<int> Pipeline::Check() {
  std::vector<std::string> command = {SiblingProgram("bailey-policy"),
                                      "check",
                                      "--report",
                                      Path("report.json"),
                                      "--flow",
                                      Path("flow.json"),
                                      "--format",
                                      options_.format};
  if (!options_.baseline.empty())
    command.insert(command.end(), {"--baseline", options_.baseline});
  if (options_.ignores_suppressions)
    command.emplace_back("--ignore-suppressions");
  command.push_back(options_.policy);
  return Stage("checking", std::move(command));
}

Result<Pipeline::PlanStage> Pipeline::MakePlan() {
  ASSIGN_OR_RETURN(const int exit_code,
                   Stage("compiling and proving the policy",
                         {SiblingProgram("bailey-policy"), "plan", "--report",
                          Path("report.json"), "--flow", Path("flow.json"),
                          "-o", Path("plan.json"), options_.policy}));
  // Made by this run: the directory is new, or the stage removes an older one.
  return PlanStage{exit_code, std::filesystem::exists(Path("plan.json"))};
}

Result<int> Pipeline::WritePortions(const std::string& directory) {
  return Stage(
      "writing the portions",
      {SiblingProgram("bailey-analyze"), "rewrite", "--plan", Path("plan.json"),
       "--flow", Path("flow.json"), "-o", directory});
}

Progress::Progress(std::string_view what, bool quiet)
    : what_(what),
      quiet_(quiet || isatty(STDERR_FILENO) != 1),
      begin_s_(Now()) {
  if (!quiet_) fmt::print(stderr, "bailey: {} ...\r", what_);
}

Progress::~Progress() {
  if (quiet_) return;
  const double seconds = Now() - begin_s_;
  fmt::print(stderr, "\033[K");
  if (seconds > 1) fmt::print(stderr, "bailey: {}: {:.1f} s\n", what_, seconds);
}

}  // namespace bailey::cli
