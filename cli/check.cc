// bailey check: the pre-deployment gate.

#include "cli/commands.h"
#include "cli/pipeline.h"

namespace bailey::cli {
namespace {

Result<int> CheckProgram(const PipelineOptions& options) {
  ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Create());
  Pipeline pipeline(options, scratch.path());
  ASSIGN_OR_RETURN(const int analyzed, pipeline.Analyze());
  if (analyzed != kExitFine) return analyzed;
  return pipeline.Check();
}

}  // namespace

int RunCheck(int argc, char** argv) {
  CLI::App app(
      "Holds what the code can do against what the policy permits.\n"
      "Exit code 0: allowed; 1: a proved call is denied; 3: undecided.\n\n"
      "  bailey check -p build --policy notary.policy",
      "bailey check");
  PipelineOptions options;
  AddPipelineOptions(app, options);
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_option("sources", options.sources, "only these sources");
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = CheckProgram(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
