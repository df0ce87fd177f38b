#include "cli/program_bundle.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string_view>
#include <vector>

#include "cli/loaded_files.h"
#include "cli/loader_cache.h"
#include "cli/process.h"
#include "common/documents/bundle.h"
#include "common/documents/plan.h"
#include "common/fd.h"

namespace bailey::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kElfMagic =
    "\x7f"
    "ELF";
constexpr uint32_t kProgramMode = 0555;
constexpr uint32_t kDataMode = 0444;

bool IsProgram(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

std::string AbsolutePath(const std::string& path) {
  std::error_code error;
  return fs::absolute(path, error).lexically_normal().string();
}

std::vector<std::string> PlanCommand(const ProgramRequest& request) {
  std::vector<std::string> command{SiblingProgram("bailey-policy"),
                                   "plan-program", "--program",
                                   request.program};
  if (!request.portion.empty()) {
    command.insert(command.end(), {"--portion", request.portion});
  }
  if (request.observe) command.push_back("--observe");
  command.insert(command.end(), {"--", request.policy});
  return command;
}

// What a rule shows of the host must not be hidden by a file of ours.
bool IsCovered(const PlanPortion& portion, std::string_view path) {
  return std::ranges::any_of(portion.files, [&](const PlanFileRule& rule) {
    return RuleCovers(rule, path);
  });
}

Result<> AddFiles(const PlanPortion& portion,
                  const std::vector<LoadedFile>& files, BundleWriter& writer) {
  std::set<std::string> inside{portion.program};
  std::vector<std::string> libraries;
  for (const LoadedFile& file : files) {
    if (!inside.insert(file.inside).second) continue;
    ASSIGN_OR_RETURN(std::string bytes, ReadFile(file.path));
    // The program names it, and it may be another file by now: nothing but a
    // library of the host's is shown to a program without a rule.
    if (!bytes.starts_with(kElfMagic))
      return Fail(fmt::format("`{}` is no library", file.path));
    writer.Add({portion.name, file.inside, kProgramMode, false},
               std::move(bytes));
    libraries.push_back(file.inside);
  }
  if (!libraries.empty() && !IsCovered(portion, kLoaderCachePath)) {
    writer.Add({portion.name, std::string(kLoaderCachePath), kDataMode, false},
               LoaderCache(libraries));
  }
  return {};
}

}  // namespace

Result<> AddProgramFiles(const PlanPortion& portion, const std::string& program,
                         const std::vector<LoadedFile>& files,
                         BundleWriter& writer) {
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(program));
  writer.Add({portion.name, portion.program, kProgramMode, true},
             std::move(bytes));
  return AddFiles(portion, files, writer);
}

Result<std::string> FindProgram(const std::string& command) {
  if (command.contains('/')) {
    if (IsProgram(command)) return AbsolutePath(command);
    return Fail(fmt::format("`{}` is no program", command));
  }
  const char* path = std::getenv("PATH");
  std::string_view rest = path != nullptr ? path : "/usr/bin:/bin";
  while (!rest.empty()) {
    const size_t end = std::min(rest.find(':'), rest.size());
    const std::string found =
        fmt::format("{}/{}", rest.substr(0, end), command);
    if (end > 0 && IsProgram(found)) return AbsolutePath(found);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return Fail(fmt::format("there is no program `{}` on PATH", command));
}

Result<std::string> PlanText(const ProgramRequest& request) {
  ASSIGN_OR_RETURN(CapturedRun run, CaptureProgram(PlanCommand(request)));
  if (run.status == 0) return std::move(run.output);
  return Fail(fmt::format("there is no plan for `{}`", request.policy),
              "mend the policy; what is wrong stands above");
}

Result<ProgramBundle> BundleProgram(const ProgramRequest& request) {
  ASSIGN_OR_RETURN(const std::string text, PlanText(request));
  ASSIGN_OR_RETURN(Plan plan, ParsePlan(text, "plan"));
  if (plan.portions.size() != 1) return Fail("the plan is not for a program");
  ASSIGN_OR_RETURN(std::vector<LoadedFile> libraries,
                   LoadedWith(request.program));
  RETURN_IF_ERROR(AddPlugins(request.policy, plan.policy_sha256, libraries));
  // How long the proofs took is of this run alone; the digest is not.
  for (PlanFilter& filter : plan.portions.front().filters) {
    filter.solver_seconds = 0;
  }
  ProgramBundle made;
  made.portion = plan.portions.front();
  BundleWriter writer(std::move(plan));
  RETURN_IF_ERROR(
      AddProgramFiles(made.portion, request.program, libraries, writer));
  made.bytes = writer.Finish();
  return made;
}

}  // namespace bailey::cli
