// bailey analyze: the report of a program.

#include "analyzer/report/analyze.h"

#include <fmt/format.h>
#include <unistd.h>

#include "analyzer/report/render.h"
#include "cli/analyze/commands.h"
#include "common/fd.h"

namespace bailey::cli {
namespace {

struct Options {
  analyzer::AnalyzeOptions analysis;
  std::string report;  // file, or empty
  std::string flow;    // file, or empty
  std::string format = "text";
  bool quiet = false;
};

// One line on a terminal, rewritten as the analysis goes on.
analyzer::Progress ProgressLine(bool quiet) {
  if (quiet || isatty(STDERR_FILENO) != 1) return {};
  return [](std::string_view what) {
    fmt::print(stderr, "\r\033[Kbailey: {} ...", what);
  };
}

Result<int> Analyze(const Options& options) {
  const analyzer::Progress progress = ProgressLine(options.quiet);
  const Result<analyzer::Analysis> analysis =
      analyzer::Analyze(options.analysis, progress);
  if (progress) fmt::print(stderr, "\r\033[K");
  if (!analysis.ok()) return std::unexpected(analysis.error());
  if (PrintDiagnostics(analysis->diagnostics) != kExitFine) return kExitError;
  if (!options.report.empty())
    RETURN_IF_ERROR(
        WriteFileAtomically(options.report, WriteReport(analysis->report)));
  if (!options.flow.empty())
    RETURN_IF_ERROR(
        WriteFileAtomically(options.flow, WriteFlow(analysis->flow)));
  const bool documents = !options.report.empty() || !options.flow.empty();
  if (options.format == "json")
    fmt::print("{}", WriteReport(analysis->report));
  else if (!documents)
    fmt::print("{}", analyzer::RenderReportText(analysis->report));
  return kExitFine;
}

}  // namespace

int RunAnalyzeProgram(int argc, char** argv) {
  CLI::App app(
      "Finds every system call that a program can make, with call sites, a "
      "call\n"
      "path, argument values and a confidence.\n\n"
      "  bailey analyze -p build --program notary",
      "bailey analyze");
  Options options;
  options.analysis.tool = kVersion;
  app.add_option("-p,--build", options.analysis.build_directory,
                 "directory of compile_commands.json (see `bailey capture`)");
  app.add_option("--program", options.analysis.program,
                 "which program, where the build links several");
  app.add_option("--report", options.report, "write report.json here");
  app.add_option("--flow", options.flow, "write flow.json here");
  app.add_option("--format", options.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}));
  app.add_flag("--quiet", options.quiet, "no progress");
  app.add_option("sources", options.analysis.sources,
                 "sources that choose the program");
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Analyze(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
