// bailey build: from sources and a policy to a bundle.

#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "cli/commands.h"
#include "cli/loaded_files.h"
#include "cli/pipeline.h"
#include "cli/process.h"
#include "cli/programs.h"
#include "cli/unsplit_program.h"
#include "common/documents/bundle.h"
#include "common/documents/flow.h"
#include "common/fd.h"

namespace bailey::cli {
namespace {

// Where the programs lie, each in its container: under the name that the
// user's own build gave the program, which is what it calls itself in messages.
std::string ProgramPath(const std::string& unsplit) {
  return "/bin/" + std::filesystem::path(unsplit).filename().string();
}

Result<> Make(const std::string& directory, const std::string& portion,
              bool quiet) {
  const Progress progress("building portion " + portion, quiet);
  ASSIGN_OR_RETURN(const CapturedRun run,
                   CaptureProgram({"make", "-s", "-C", directory}));
  if (run.status == 0) return {};
  return Fail(fmt::format("portion `{}` does not build: make exited with {}",
                          portion, run.status),
              "the compiler's messages are above; `bailey split -o DIR` keeps "
              "the sources");
}

// Adds a program, what it is loaded with, and the plugins that its policy
// declares: a file once, though several load it.
Result<> AddProgram(BundleWriter& writer, const std::string& portion,
                    const std::string& place, const std::string& program,
                    const std::vector<LoadedFile>& plugins) {
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(program));
  writer.Add({portion, place, 0555, true}, std::move(bytes));
  ASSIGN_OR_RETURN(std::vector<LoadedFile> files, LoadedWith(program));
  files.insert(files.end(), plugins.begin(), plugins.end());
  std::set<std::string> inside{place};
  for (const LoadedFile& file : files) {
    if (!inside.insert(file.inside).second) continue;
    ASSIGN_OR_RETURN(std::string contents, ReadFile(file.path));
    writer.Add({portion, file.inside, 0555, false}, std::move(contents));
  }
  return {};
}

Result<Plan> PlanOf(const Pipeline& pipeline) {
  ASSIGN_OR_RETURN(const std::string text,
                   ReadFile(pipeline.Path("plan.json")));
  return ParsePlan(text, "plan.json");
}

Result<std::string> Assemble(Pipeline& pipeline, const std::string& policy,
                             const std::string& portions) {
  ASSIGN_OR_RETURN(Plan plan, PlanOf(pipeline));
  ASSIGN_OR_RETURN(const std::string flow_text,
                   ReadFile(pipeline.Path("flow.json")));
  ASSIGN_OR_RETURN(const Flow flow, ParseFlow(flow_text, "flow.json"));
  const std::string unsplit = UnsplitProgram(flow);
  for (PlanPortion& portion : plan.portions) {
    portion.program = ProgramPath(unsplit);
    // How long a solver took differs from run to run, and the same input must
    // give the same bundle (docs/decisions/0004).
    for (PlanFilter& filter : portion.filters) filter.solver_seconds = 0;
  }
  std::vector<LoadedFile> plugins;
  RETURN_IF_ERROR(AddPlugins(policy, plan.policy_sha256, plugins));
  BundleWriter writer(plan);
  for (const PlanPortion& portion : plan.portions) {
    const std::string directory = portions + "/" + portion.name;
    RETURN_IF_ERROR(AddProgram(writer, portion.name, portion.program,
                               directory + "/bin/" + portion.name, plugins));
  }
  RETURN_IF_ERROR(AddProgram(writer, std::string(kUnsplitPortion),
                             ProgramPath(unsplit), unsplit, plugins));
  return writer.Finish();
}

struct BuildOptions {
  PipelineOptions pipeline;
  std::string output;
  std::string kept;  // where the portions' sources stay, or empty
  bool narrow = false;
};

Result<> MakeAll(const Plan& plan, const std::string& portions, bool quiet) {
  for (const PlanPortion& portion : plan.portions)
    RETURN_IF_ERROR(Make(portions + "/" + portion.name, portion.name, quiet));
  return {};
}

Result<int> WriteBundle(const std::string& output, const std::string& bytes) {
  // What was just written is what `run` will read: checked by the same reader.
  ASSIGN_OR_RETURN(const Bundle bundle, Bundle::Parse(bytes, output));
  RETURN_IF_ERROR(WriteFileAtomically(output, bytes));
  fmt::print("{} sha256:{}\n", output, bundle.digest());
  return kExitFine;
}

// Nothing is split: each program is checked, and goes into the bundle as it is.
Result<int> BuildPrograms(const BuildOptions& options,
                          std::vector<PortionProgram>& programs,
                          const std::string& scratch) {
  if (options.narrow || !options.kept.empty())
    return Fail("--narrow and --keep-portions are for a program that is split",
                "the portions of this policy are programs as they are");
  ASSIGN_OR_RETURN(const int checked,
                   CheckPrograms(options.pipeline, programs, scratch));
  if (checked != kExitFine && checked != kExitUnknown) return checked;
  ASSIGN_OR_RETURN(const BundledPrograms made,
                   BundlePrograms(options.pipeline.policy, programs));
  if (made.exit_code != kExitFine) return made.exit_code;
  return WriteBundle(options.output, made.bytes);
}

Result<int> BuildBundle(const BuildOptions& options) {
  ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Create());
  ASSIGN_OR_RETURN(const PolicyCredentials policy,
                   ReadPolicyCredentials(options.pipeline.policy));
  if (policy.exit_code != kExitFine) return policy.exit_code;
  ASSIGN_OR_RETURN(std::vector<PortionProgram> programs, ProgramsOf(policy));
  if (!programs.empty())
    return BuildPrograms(options, programs, scratch.path());
  Pipeline pipeline(options.pipeline, scratch.path());
  ASSIGN_OR_RETURN(const int analyzed, pipeline.Analyze());
  if (analyzed != kExitFine) return analyzed;
  ASSIGN_OR_RETURN(const Pipeline::PlanStage planned, pipeline.MakePlan());
  if (!planned.has_plan) return planned.exit_code;
  const std::string portions =
      options.kept.empty() ? pipeline.Path("portions") : options.kept;
  ASSIGN_OR_RETURN(const int written, pipeline.WritePortions(portions));
  if (written != kExitFine) return written;
  ASSIGN_OR_RETURN(const Plan plan, PlanOf(pipeline));
  RETURN_IF_ERROR(MakeAll(plan, portions, options.pipeline.quiet));
  if (options.narrow) {
    ASSIGN_OR_RETURN(const int narrowed, pipeline.Narrow(plan, portions));
    if (narrowed != kExitFine) return narrowed;
  }
  ASSIGN_OR_RETURN(const std::string bytes,
                   Assemble(pipeline, options.pipeline.policy, portions));
  return WriteBundle(options.output, bytes);
}

}  // namespace

int RunBuild(int argc, char** argv) {
  CLI::App app(
      "Analyzes a program, checks it against its policy, compiles and proves\n"
      "the filters, splits the program and writes a bundle; prints its\n"
      "digest. Calls that the check could not decide do not stop it: the\n"
      "filters refuse them. Where the policy's portions are programs as they\n"
      "are, each is checked against its own, and nothing is split.\n\n"
      "  bailey build -p build --policy notary.policy -o notary.bailey",
      "bailey build");
  BuildOptions options;
  AddPipelineOptions(app, options.pipeline);
  app.add_option("-o,--output", options.output, "the bundle, NAME.bailey")
      ->required();
  app.add_option("--keep-portions", options.kept,
                 "write the portions' sources here");
  app.add_flag("--narrow", options.narrow,
               "each portion's filter permits no more than its own program, "
               "analyzed once more, can do");
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = BuildBundle(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
