#include "cli/pipeline.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cli/policy_credentials.h"
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
  if (!options_.portion.empty() && options_.program.starts_with('/')) {
    const Progress progress("analyzing " + options_.program, options_.quiet);
    return AnalyzePortion(options_.program, Path("report.json"));
  }
  ASSIGN_OR_RETURN(const PolicyCredentials policy,
                   ReadPolicyCredentials(options_.policy));
  if (policy.exit_code != kExitFine) return policy.exit_code;
  if (policy.outlined.empty()) return AnalyzeBuild("flow.json");
  ASSIGN_OR_RETURN(const int first, AnalyzeBuild("whole-flow.json", true));
  if (first != kExitFine) return first;
  ASSIGN_OR_RETURN(const int cut, Outline());
  if (cut != kExitFine) return cut;
  return AnalyzeBuild("flow.json");
}

// From here on the build is that of the outlined sources.
Result<int> Pipeline::Outline() {
  const std::string outlined = Path("outlined");
  std::vector<std::string> command = {SiblingProgram("bailey-analyze"),
                                      "outline",
                                      "--build",
                                      options_.build_directory,
                                      "--policy",
                                      options_.policy,
                                      "--flow",
                                      Path("whole-flow.json"),
                                      "-o",
                                      outlined};
  if (!options_.root.empty())
    command.insert(command.end(), {"--root", options_.root});
  options_.build_directory = outlined;
  if (!options_.root.empty()) options_.root = outlined;
  return Stage("outlining", std::move(command));
}

Result<int> Pipeline::AnalyzeBuild(const std::string& flow, bool whole) {
  std::vector<std::string> command = {SiblingProgram("bailey-analyze"),
                                      "analyze",
                                      "--quiet",
                                      "--build",
                                      options_.build_directory,
                                      "--report",
                                      Path("report.json"),
                                      "--flow",
                                      Path(flow),
                                      "--policy",
                                      options_.policy};
  if (whole) command.emplace_back("--whole");
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
                                      "--format",
                                      options_.format};
  if (options_.portion.empty() || !options_.program.starts_with('/'))
    command.insert(command.end(), {"--flow", Path("flow.json")});
  if (!options_.portion.empty())
    command.insert(command.end(), {"--portion", options_.portion});
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

// A portion is a program as any other, its libraries and plugins included.
Result<int> Pipeline::AnalyzePortion(const std::string& program,
                                     const std::string& report) {
  std::vector<std::string> command = {SiblingProgram("bailey-analyze"),
                                      "analyze",
                                      "--quiet",
                                      program,
                                      "--report",
                                      report};
  ASSIGN_OR_RETURN(const PolicyPlugins plugins, ReadPlugins(options_.policy));
  for (const std::string& pattern : plugins.patterns)
    command.push_back("--plugin=" + pattern);
  return RunProgram(command);
}

Result<int> Pipeline::Narrow(const Plan& plan, const std::string& directory) {
  std::vector<std::string> command = {SiblingProgram("bailey-policy"),
                                      "narrow",
                                      "--plan",
                                      Path("plan.json"),
                                      "--texts",
                                      directory,
                                      "-o",
                                      Path("plan.json"),
                                      options_.policy};
  for (const PlanPortion& portion : plan.portions) {
    const Progress progress("analyzing portion " + portion.name,
                            options_.quiet);
    const std::string report = Path(portion.name + ".json");
    ASSIGN_OR_RETURN(const int analyzed,
                     AnalyzePortion(fmt::format("{}/{}/bin/{}", directory,
                                                portion.name, portion.name),
                                    report));
    if (analyzed != kExitFine) return analyzed;
    command.push_back("--report=" + portion.name + "=" + report);
  }
  return Stage("compiling and proving the narrowed policy", std::move(command));
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
