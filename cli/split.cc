// bailey split: the placement and the portions' sources, ready to build.

#include <fmt/format.h>

#include <filesystem>

#include "cli/commands.h"
#include "cli/pipeline.h"
#include "common/fd.h"

namespace bailey::cli {
namespace {

// The documents land beside the portions, so that a reader sees why each
// function is where it is: those of this split, and none of an earlier one.
Result<> PublishDocuments(const Pipeline& pipeline,
                          const std::string& directory) {
  for (const char* name : {"report.json", "flow.json", "plan.json"}) {
    const std::string made = pipeline.Path(name);
    const std::string place = directory + "/" + name;
    if (!std::filesystem::exists(made)) {
      std::error_code ignored;
      std::filesystem::remove(place, ignored);
      continue;
    }
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(made));
    RETURN_IF_ERROR(WriteFileAtomically(place, bytes));
  }
  return {};
}

Result<Pipeline::PlanStage> AnalyzeAndPlan(Pipeline& pipeline) {
  ASSIGN_OR_RETURN(const int analyzed, pipeline.Analyze());
  if (analyzed != kExitFine) return Pipeline::PlanStage{analyzed, false};
  return pipeline.MakePlan();
}

Result<int> SplitProgram(const PipelineOptions& options,
                         const std::string& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return Fail("cannot make `" + directory + "`: " + error.message());
  ASSIGN_OR_RETURN(const ScratchDirectory scratch, ScratchDirectory::Create());
  Pipeline pipeline(options, scratch.path());
  ASSIGN_OR_RETURN(const Pipeline::PlanStage planned, AnalyzeAndPlan(pipeline));
  RETURN_IF_ERROR(PublishDocuments(pipeline, directory));
  if (!planned.has_plan) return planned.exit_code;
  ASSIGN_OR_RETURN(const int written, pipeline.WritePortions(directory));
  if (written != kExitFine) return written;
  fmt::print("{}: build each portion with make -C {}/PORTION\n", directory,
             directory);
  return planned.exit_code;
}

}  // namespace

int RunSplit(int argc, char** argv) {
  CLI::App app(
      "Splits a program by its policy: writes plan.json and, for each\n"
      "portion, its sources and a Makefile. Where a portion answers\n"
      "calls, make fuzz-PORTION builds a fuzzer that plays its hostile\n"
      "client (docs/fuzzing.md).\n\n"
      "  bailey split -p build --policy notary.policy -o portions",
      "bailey split");
  PipelineOptions options;
  AddPipelineOptions(app, options);
  std::string directory;
  app.add_option("-o,--output", directory, "where to write")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = SplitProgram(options, directory);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
