// bailey check: the pre-deployment gate.

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "cli/commands.h"
#include "cli/pipeline.h"
#include "cli/programs.h"
#include "cli/revision.h"
#include "common/fd.h"
#include "common/findings/source_tree.h"

namespace bailey::cli {
namespace {

namespace fs = std::filesystem;

struct CheckOptions {
  PipelineOptions pipeline;
  std::string revision;  // of --diff, or empty
};

volatile std::sig_atomic_t g_signal = 0;

// A signal ends the stages, which get it too, and not us: what was made in the
// scratch directory must go first.
void HoldSignals() {
  struct sigaction action = {};
  action.sa_handler = [](int number) { g_signal = number; };
  for (const int number : {SIGINT, SIGTERM, SIGHUP})
    sigaction(number, &action, nullptr);
}

Result<RevisionBuild> Prepare(const CheckOptions& options,
                              const Pipeline& pipeline,
                              const std::string& scratch) {
  ASSIGN_OR_RETURN(const std::string report_text,
                   ReadFile(pipeline.Path("report.json")));
  ASSIGN_OR_RETURN(const Report report,
                   ParseReport(report_text, "report.json"));
  ASSIGN_OR_RETURN(const std::string flow_text,
                   ReadFile(pipeline.Path("flow.json")));
  ASSIGN_OR_RETURN(const Flow flow, ParseFlow(flow_text, "flow.json"));
  const SourceTree tree =
      FindSourceTree(report, flow, fs::current_path().string());
  return PrepareRevision(options.revision, options.pipeline.build_directory,
                         report, tree.root, scratch);
}

// The program at the revision, with the same options.
PipelineOptions OptionsBefore(const PipelineOptions& now,
                              const RevisionBuild& build) {
  PipelineOptions before = now;
  before.build_directory = build.build_directory;
  before.root = build.root;
  std::error_code ignored;
  for (std::string& source : before.sources)
    source =
        build.Mapped(fs::absolute(source, ignored).lexically_normal().string());
  if (before.program.starts_with('/'))
    before.program = build.Mapped(before.program);
  return before;
}

// A build that names the repository by another path (a link, or from outside)
// would have today's sources read for the revision's, and nothing be new.
Result<> CheckReadFiles(const RevisionBuild& build, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(const Report report, ParseReport(text, path));
  for (const ReportInput& input : report.inputs) {
    std::error_code ignored;
    const std::string file =
        fs::weakly_canonical(fs::path(build.root) / input.path, ignored)
            .string();
    if (build.Mapped(file) != file && !file.starts_with(build.tree + "/"))
      return Fail("`" + file + "` would be read as it is now",
                  "build inside the repository, and name it by its real path");
  }
  return {};
}

// The report of the revision: its path.
Result<std::string> ReportBefore(const CheckOptions& options,
                                 const Pipeline& pipeline,
                                 const std::string& scratch) {
  ASSIGN_OR_RETURN(const RevisionBuild build,
                   Prepare(options, pipeline, scratch));
  for (const std::string& note : build.notes)
    fmt::print(stderr, "bailey: note: {}\n", note);
  Pipeline before(OptionsBefore(options.pipeline, build), scratch);
  ASSIGN_OR_RETURN(const int analyzed, before.Analyze());
  if (analyzed != kExitFine)
    return Fail("`" + options.revision + "` cannot be analyzed",
                "compare with an older report: --baseline report.json");
  RETURN_IF_ERROR(CheckReadFiles(build, before.Path("report.json")));
  return before.Path("report.json");
}

Result<int> Check(CheckOptions& options, const std::string& scratch) {
  Pipeline pipeline(options.pipeline, scratch);
  ASSIGN_OR_RETURN(const int analyzed, pipeline.Analyze());
  if (analyzed != kExitFine || g_signal != 0) return analyzed;
  if (!options.revision.empty()) {
    const std::string before = scratch + "/before";
    fs::create_directory(before);
    ASSIGN_OR_RETURN(options.pipeline.baseline,
                     ReportBefore(options, pipeline, before));
  }
  if (g_signal != 0) return kExitError;
  return Pipeline(options.pipeline, scratch).Check();
}

// One of the policy's programs is checked like any program; of all of them
// there is one text, and no document.
Result<int> CheckSeveral(CheckOptions& options,
                         std::vector<PortionProgram>& programs,
                         const std::string& scratch) {
  PipelineOptions& pipeline = options.pipeline;
  if (!pipeline.portion.empty()) {
    const auto chosen =
        std::ranges::find(programs, pipeline.portion, &PortionProgram::portion);
    if (chosen == programs.end())
      return Fail("no program is the portion `" + pipeline.portion + "`");
    pipeline.program = chosen->name;
    return Check(options, scratch);
  }
  if (pipeline.format != "text" || !options.revision.empty() ||
      !pipeline.baseline.empty())
    return Fail("--format, --baseline and --diff are for one program",
                "the policy has several: choose with --portion NAME");
  return CheckPrograms(pipeline, programs, scratch);
}

Result<int> CheckByPolicy(CheckOptions& options, const std::string& scratch) {
  ASSIGN_OR_RETURN(const PolicyCredentials policy,
                   ReadPolicyCredentials(options.pipeline.policy));
  if (policy.exit_code != kExitFine) return policy.exit_code;
  ASSIGN_OR_RETURN(std::vector<PortionProgram> programs, ProgramsOf(policy));
  if (!programs.empty()) return CheckSeveral(options, programs, scratch);
  if (!options.pipeline.portion.empty())
    return Fail("--portion is for a policy whose portions are programs");
  return Check(options, scratch);
}

Result<int> CheckProgram(CheckOptions options) {
  HoldSignals();
  ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Create());
  Result<int> status = CheckByPolicy(options, scratch.path());
  return g_signal == 0 ? std::move(status) : Result<int>(128 + g_signal);
}

}  // namespace

int RunCheck(int argc, char** argv) {
  CLI::App app(
      "Holds what the code can do against what the policy permits.\n"
      "Exit code 0: allowed; 1: a proved call is denied; 3: undecided.\n\n"
      "  bailey check -p build --policy notary.policy\n"
      "  bailey check --policy notary.policy --diff main --format sarif\n\n"
      "`// bailey-ignore(denied-syscall:ptrace): reason` in a source "
      "suppresses "
      "a\nfinding on its line or the next. With --baseline or --diff only what "
      "is\nnew is shown and counts.",
      "bailey check");
  CheckOptions options;
  PipelineOptions& pipeline = options.pipeline;
  AddPipelineOptions(app, pipeline);
  CLI::Option* baseline =
      app.add_option("--baseline", pipeline.baseline,
                     "an older report.json (bailey analyze --report)");
  app.add_option("--diff", options.revision,
                 "a git revision: compare with the program as it was there")
      ->excludes(baseline);
  app.add_option("--portion", pipeline.portion,
                 "of a policy whose portions are programs as they are: which");
  app.add_flag("--ignore-suppressions", pipeline.ignores_suppressions,
               "count what `bailey-ignore` comments suppress");
  app.add_option("--format", pipeline.format, "text, json or sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  app.add_option("sources", pipeline.sources, "only these sources");
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = CheckProgram(std::move(options));
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
