// bailey analyze: the report of a program.

#include "analyzer/report/analyze.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "analyzer/report/render.h"
#include "cli/analyze/commands.h"
#include "common/fd.h"
#include "common/findings/apply_suppressions.h"
#include "common/findings/capability_findings.h"
#include "common/findings/rules.h"
#include "common/findings/sarif.h"

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

void PrintSarif(const analyzer::Analysis& analysis) {
  const SourceTree tree = FindSourceTree(
      analysis.report, analysis.flow, std::filesystem::current_path().string());
  std::vector<Finding> findings = ReportFindings(analysis.report);
  std::vector<std::string> notes =
      ApplySuppressions(analysis.report, tree, findings);
  const SarifLog log =
      WriteSarif(findings, AnalyzeRules(),
                 MakeSarifOptions(analysis.report, analysis.flow, tree));
  if (!log.cut.empty()) notes.push_back(log.cut);
  for (const std::string& note : notes)
    fmt::print(stderr, "bailey: note: {}\n", note);
  fmt::print("{}", log.text);
}

Result<int> Analyze(const Options& options) {
  const analyzer::Progress progress = ProgressLine(options.quiet);
  const bool binary =
      std::ranges::any_of(options.analysis.sources, analyzer::IsBinary);
  if (binary && !options.flow.empty())
    return Fail("a binary has no flow graph", "analyze its sources instead");
  const Result<analyzer::Analysis> analysis =
      binary ? analyzer::AnalyzeBinary(options.analysis, progress)
             : analyzer::Analyze(options.analysis, progress);
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
  else if (options.format == "sarif")
    PrintSarif(*analysis);
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
      "  bailey analyze -p build --program notary\n"
      "  bailey analyze /usr/bin/gzip        (without sources)",
      "bailey analyze");
  Options options;
  options.analysis.tool = kVersion;
  app.add_option("-p,--build", options.analysis.build_directory,
                 "directory of compile_commands.json (see `bailey capture`)");
  app.add_option("--program", options.analysis.program,
                 "which program, where the build links several");
  app.add_option("--plugin", options.analysis.plugins,
                 "shared objects that it loads by dlopen (a pattern)")
      ->allow_extra_args(false);
  app.add_option("--report", options.report, "write report.json here");
  app.add_option("--flow", options.flow, "write flow.json here");
  app.add_option("--root", options.analysis.root,
                 "what ids and places are relative to; chosen by default");
  app.add_option("--format", options.format, "text, json or sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  app.add_flag("--quiet", options.quiet, "no progress");
  app.add_option("sources", options.analysis.sources,
                 "sources that choose the program, or a binary");
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  const Result<int> status = Analyze(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
