// bailey analyze: the report of a program.

#include "analyzer/report/analyze.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "analyzer/report/render.h"
#include "analyzer/switched_off.h"
#include "cli/analyze/binaries.h"
#include "cli/analyze/commands.h"
#include "cli/policy_credentials.h"
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
  bool no_cache = false;
  bool require_complete = false;
  std::vector<std::string> without;       // see analyzer/switched_off.h
  std::vector<std::string> credentials;   // see analyzer/report/credentials.h
  std::vector<std::string> declassified;  // "FUNCTION=KIND"
  std::vector<std::string> readers;       // "CREDENTIAL=FUNCTION"
  std::vector<std::string> strict;        // names of credentials
  std::string policy;                     // that names them, or empty
  bool whole = false;  // its outlined parts are in their functions yet
};

// One line on a terminal, rewritten as the analysis goes on; none for what is
// over within a second.
analyzer::Progress ProgressLine(bool quiet) {
  if (quiet || isatty(STDERR_FILENO) != 1) return {};
  const auto start = std::chrono::steady_clock::now();
  return [start](std::string_view what) {
    if (std::chrono::steady_clock::now() - start < std::chrono::seconds(1))
      return;
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

// What is not known is the answer "unknown".
int CheckComplete(const Report& report) {
  if (report.unresolved.empty()) return kExitFine;
  for (const Unresolved& each : report.unresolved)
    fmt::print(stderr, "bailey: unresolved: {}:{}:{}: {}; assumed: {}\n",
               each.site.file, each.site.line, each.site.column, each.reason,
               each.assumed);
  fmt::print(stderr,
             "bailey: {} places are unresolved, and --require-complete was "
             "given\n",
             report.unresolved.size());
  return kExitUnknown;
}

Result<int> Analyze(const Options& options) {
  const analyzer::Progress progress = ProgressLine(options.quiet);
  ASSIGN_OR_RETURN(const bool binary, NamesBinaries(options.analysis.sources));
  if (binary && !options.flow.empty())
    return Fail("a binary has no flow graph", "analyze its sources instead");
  if (binary && !options.analysis.credentials.credentials.empty())
    return Fail("credentials of a binary are not followed yet",
                "analyze its sources, or leave --policy and --credential out");
  if (binary && options.analysis.sources.size() > 1)
    return AnalyzeBinaries({options.analysis, options.report, options.format,
                            options.require_complete},
                           progress);
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
  return options.require_complete ? CheckComplete(analysis->report) : kExitFine;
}

Result<> AddReader(const std::string& text,
                   analyzer::CredentialRequest& request) {
  const size_t equals = text.find('=');
  const std::string name = text.substr(0, equals);
  const bool is_known =
      std::ranges::find(request.credentials, name, &PlanCredential::name) !=
      request.credentials.end();
  if (equals == std::string::npos || equals + 1 == text.size() || !is_known)
    return Fail("`" + text + "` names no reader of a credential",
                "write CREDENTIAL=FUNCTION, such as key=load_key");
  request.readers[name].insert(text.substr(equals + 1));
  return {};
}

Result<> AddStrict(const std::string& name,
                   analyzer::CredentialRequest& request) {
  if (std::ranges::find(request.credentials, name, &PlanCredential::name) ==
      request.credentials.end())
    return Fail("`" + name + "` is no credential that is followed",
                "name one of `--credential`, or of the policy");
  request.strict.insert(name);
  return {};
}

// A reader that is a part of a function means the function, until the part is
// one of its own.
std::string WholeReader(const std::string& reader,
                        const PolicyCredentials& policy) {
  const size_t name = reader.find('=') + 1;
  for (const std::string& each : policy.outlined) {
    const size_t middle = each.find('=');
    if (reader.substr(name) == each.substr(0, middle))
      return reader.substr(0, name) + each.substr(middle + 1);
  }
  return reader;
}

// Of the policy and of the command line.
Result<int> ReadCredentials(Options& options) {
  std::vector<std::string> all = options.credentials;
  if (!options.policy.empty()) {
    ASSIGN_OR_RETURN(const PolicyCredentials policy,
                     ReadPolicyCredentials(options.policy));
    if (policy.exit_code != kExitFine) return policy.exit_code;
    all.insert(all.end(), policy.credentials.begin(), policy.credentials.end());
    options.declassified.insert(options.declassified.end(),
                                policy.declassified.begin(),
                                policy.declassified.end());
    options.strict.insert(options.strict.end(), policy.strict.begin(),
                          policy.strict.end());
    for (const std::string& each : policy.readers)
      options.readers.push_back(options.whole ? WholeReader(each, policy)
                                              : each);
  }
  for (const std::string& each : all) {
    ASSIGN_OR_RETURN(PlanCredential credential,
                     analyzer::ParseCredential(each));
    options.analysis.credentials.credentials.push_back(std::move(credential));
  }
  for (const std::string& each : options.declassified) {
    ASSIGN_OR_RETURN(analyzer::DeclassifiedFunction function,
                     analyzer::ParseDeclassified(each));
    options.analysis.credentials.declassified.push_back(std::move(function));
  }
  for (const std::string& each : options.readers)
    RETURN_IF_ERROR(AddReader(each, options.analysis.credentials));
  for (const std::string& each : options.strict)
    RETURN_IF_ERROR(AddStrict(each, options.analysis.credentials));
  return kExitFine;
}

void AddPluginOptions(CLI::App& app, analyzer::AnalyzeOptions& analysis) {
  CLI::Option* const plugin =
      app.add_option("--plugin", analysis.plugins,
                     "shared objects that it loads by dlopen (a pattern)")
          ->allow_extra_args(false);
  app.add_flag("--no-plugins", analysis.no_plugins,
               "it loads nothing by a name that is computed")
      ->excludes(plugin);
}

}  // namespace

int RunAnalyzeProgram(int argc, char** argv) {
  CLI::App app(
      "Finds every system call that a program can make, with call sites, a "
      "call\n"
      "path, argument values and a confidence.\n\n"
      "  bailey analyze -p build --program notary\n"
      "  bailey analyze /usr/bin/gzip        (without sources)\n"
      "  bailey analyze -p build --policy notary.policy   (and its "
      "credentials)\n"
      "  bailey analyze --report reports/ /usr/bin/gzip /usr/bin/tar",
      "bailey analyze");
  Options options;
  options.analysis.tool = kVersion;
  app.add_option("-p,--build", options.analysis.build_directory,
                 "directory of compile_commands.json (see `bailey capture`)");
  app.add_option("--program", options.analysis.program,
                 "which program, where the build links several");
  AddPluginOptions(app, options.analysis);
  app.add_option("--report", options.report,
                 "write report.json here; of several binaries: a folder");
  app.add_option("--flow", options.flow, "write flow.json here");
  app.add_option("--root", options.analysis.root,
                 "what ids and places are relative to; chosen by default");
  app.add_option("--format", options.format, "text, json or sarif")
      ->check(CLI::IsMember({"text", "json", "sarif"}));
  app.add_flag("--no-cache", options.no_cache,
               "read every source and library again, and keep nothing");
  app.add_flag("--require-complete", options.require_complete,
               "fail if anything is unresolved (exit code 3)");
  app.add_option("--policy", options.policy,
                 "follow the credentials of this policy to their uses, copies "
                 "and sinks");
  app.add_option("--credential", options.credentials,
                 "follow this one: NAME=file:PATH, NAME=env:VARIABLE or "
                 "NAME=fd:NUMBER")
      ->allow_extra_args(false);
  app.add_option("--declassify", options.declassified,
                 "what this function returns and writes out is no credential's "
                 "any more: FUNCTION=KIND")
      ->allow_extra_args(false);
  app.add_option("--reader", options.readers,
                 "only these functions get the credential, or tell others to: "
                 "CREDENTIAL=FUNCTION")
      ->allow_extra_args(false);
  app.add_flag("--whole", options.whole,
               "the parts of functions that the policy outlines are in them "
               "yet");
  app.add_flag("--decisions", options.analysis.credentials.decisions,
               "of credentials: follow what is decided by them, too");
  app.add_option("--strict", options.strict,
                 "of this credential alone: follow what is decided by it, too")
      ->allow_extra_args(false);
  app.add_option("--without", options.without,
                 "an analysis to leave out, to see what it is good for")
      ->allow_extra_args(false);
  app.add_flag("--quiet", options.quiet, "no progress");
  app.add_option("sources", options.analysis.sources,
                 "sources that choose the program, or binaries");
  const ParsedArguments parsed = ParseArguments(app, argc, argv);
  if (!parsed.proceed) return parsed.exit_code;
  for (const std::string& part : options.without)
    if (const Result<> known = analyzer::SwitchOff(part); !known.ok())
      return PrintError(known.error());
  if (const Result<int> read = ReadCredentials(options);
      !read.ok() || *read != kExitFine)
    return read.ok() ? *read : PrintError(read.error());
  // What is kept was made with everything.
  options.analysis.cache = !options.no_cache && options.without.empty();
  const Result<int> status = Analyze(options);
  return status.ok() ? *status : PrintError(status.error());
}

}  // namespace bailey::cli
