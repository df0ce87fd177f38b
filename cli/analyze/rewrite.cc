// The last part of `bailey split`: a plan becomes the portions' sources.

#include <fmt/format.h>

#include "analyzer/rewrite/write_portions.h"
#include "cli/analyze/commands.h"
#include "cli/process.h"
#include "common/fd.h"

namespace bailey::cli {
namespace {

struct Options {
  std::string plan;
  std::string flow;
  std::string output;
};

// Programs, runtime and headers keep their places to each other, in the build
// directory as where they are installed: bin/, lib/bailey/, include/bailey/.
std::string Beside(std::string_view path) {
  return SiblingProgram("../" + std::string(path));
}

Result<int> Rewrite(const Options& options) {
  ASSIGN_OR_RETURN(const std::string plan_text, ReadFile(options.plan));
  ASSIGN_OR_RETURN(const Plan plan, ParsePlan(plan_text, options.plan));
  ASSIGN_OR_RETURN(const std::string flow_text, ReadFile(options.flow));
  ASSIGN_OR_RETURN(const Flow flow, ParseFlow(flow_text, options.flow));
  const analyzer::RewriteOptions rewrite{
      options.output, Beside("lib/bailey/libbailey-runtime.a"),
      Beside("include/bailey"), Beside("lib/bailey/libbailey-portion-fuzz.a")};
  Diagnostics diagnostics;
  const Result<std::vector<analyzer::WrittenPortion>> written =
      analyzer::WritePortions(plan, flow, rewrite, diagnostics);
  PrintDiagnostics(diagnostics);
  if (written.ok()) return kExitFine;
  return diagnostics.has_errors() ? kExitError : PrintError(written.error());
}

}  // namespace

int RunRewrite(int argc, char** argv) {
  CLI::App app(
      "Writes the sources of a plan's portions, each with a Makefile.\n\n"
      "  bailey-analyze rewrite --plan plan.json --flow flow.json -o "
      "portions",
      "bailey-analyze rewrite");
  Options options;
  app.add_option("--plan", options.plan, "plan.json")->required();
  app.add_option("--flow", options.flow, "flow.json")->required();
  app.add_option("-o,--output", options.output, "directory")->required();
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Rewrite(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
