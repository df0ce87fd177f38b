#include "cli/programs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "cli/loaded_files.h"
#include "cli/process.h"
#include "cli/program_bundle.h"
#include "cli/unsplit_program.h"
#include "common/documents/bundle.h"
#include "common/documents/flow.h"
#include "common/fd.h"

namespace bailey::cli {
namespace {

namespace fs = std::filesystem;

// An error weighs most, then a denial, then what could not be decided.
int Graver(int a, int b) {
  constexpr int kOrder[] = {kExitFine, kExitUnknown, kExitNo};
  const auto weight = [&](int code) {
    return std::ranges::find(kOrder, code) - std::begin(kOrder);
  };
  return weight(a) >= weight(b) ? a : b;
}

bool IsFile(const PortionProgram& program) {
  return program.name.starts_with('/');
}

// Of a program of the build its flow says what linked it.
Result<std::string> LinkedPath(const Pipeline& pipeline) {
  ASSIGN_OR_RETURN(const std::string text,
                   ReadFile(pipeline.Path("flow.json")));
  ASSIGN_OR_RETURN(const Flow flow, ParseFlow(text, "flow.json"));
  return UnsplitProgram(flow);
}

Result<int> CheckOne(PipelineOptions options, PortionProgram& program,
                     const std::string& directory) {
  options.portion = program.portion;
  options.program = program.name;
  fs::create_directory(directory);
  Pipeline pipeline(options, directory);
  ASSIGN_OR_RETURN(const int analyzed, pipeline.Analyze());
  if (analyzed != kExitFine) return analyzed;
  program.path = program.name;
  if (!IsFile(program)) {
    ASSIGN_OR_RETURN(program.path, LinkedPath(pipeline));
  }
  if (options.format == "text")
    fmt::print("portion {} ({}):\n", program.portion, program.path);
  (void)std::fflush(stdout);  // before what the check prints
  return pipeline.Check();
}

std::vector<std::string> PlanCommand(
    const std::string& policy, const std::vector<PortionProgram>& programs) {
  std::vector<std::string> command{SiblingProgram("bailey-policy"),
                                   "plan-programs"};
  for (const PortionProgram& each : programs)
    command.push_back(
        fmt::format("--program={}={}", each.portion, PlaceOf(each)));
  command.insert(command.end(), {"--", policy});
  return command;
}

Result<> AddProgram(const PlanPortion& portion, const std::string& path,
                    const std::vector<LoadedFile>& plugins,
                    BundleWriter& writer) {
  ASSIGN_OR_RETURN(std::vector<LoadedFile> files, LoadedWith(path));
  files.insert(files.end(), plugins.begin(), plugins.end());
  return AddProgramFiles(portion, path, files, writer);
}

}  // namespace

Result<std::vector<PortionProgram>> ProgramsOf(
    const PolicyCredentials& policy) {
  std::vector<PortionProgram> programs;
  for (const std::string& each : policy.programs) {
    const size_t equals = each.find('=');
    if (equals == std::string::npos)
      return Fail("a policy's programs are not understood");
    programs.push_back({each.substr(0, equals), each.substr(equals + 1), ""});
  }
  return programs;
}

Result<int> CheckPrograms(const PipelineOptions& options,
                          std::vector<PortionProgram>& programs,
                          const std::string& directory) {
  int gravest = kExitFine;
  for (PortionProgram& program : programs) {
    ASSIGN_OR_RETURN(
        const int code,
        CheckOne(options, program, directory + "/" + program.portion));
    if (code == kExitError) return code;
    gravest = Graver(gravest, code);
  }
  return gravest;
}

std::string PlaceOf(const PortionProgram& program) {
  if (IsFile(program)) return program.name;
  return "/bin/" + fs::path(program.path).filename().string();
}

Result<BundledPrograms> BundlePrograms(
    const std::string& policy, const std::vector<PortionProgram>& programs) {
  ASSIGN_OR_RETURN(const CapturedRun run,
                   CaptureProgram(PlanCommand(policy, programs)));
  if (run.status != kExitFine) return BundledPrograms{run.status, ""};
  ASSIGN_OR_RETURN(Plan plan, ParsePlan(run.output, "plan"));
  std::vector<LoadedFile> plugins;
  RETURN_IF_ERROR(AddPlugins(policy, plan.policy_sha256, plugins));
  // How long the proofs took is of this run alone; the digest is not.
  for (PlanPortion& portion : plan.portions)
    for (PlanFilter& filter : portion.filters) filter.solver_seconds = 0;
  BundleWriter writer(plan);
  for (const PlanPortion& portion : plan.portions) {
    const auto program =
        std::ranges::find(programs, portion.name, &PortionProgram::portion);
    if (program == programs.end()) return Fail("the plan is not of the policy");
    RETURN_IF_ERROR(AddProgram(portion, program->path, plugins, writer));
  }
  return BundledPrograms{kExitFine, writer.Finish()};
}

}  // namespace bailey::cli
