#include "analyzer/report/analyze.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <set>
#include <utility>

#include "analyzer/capture/build_record.h"
#include "analyzer/elf/image_cache.h"
#include "analyzer/flow/never_written.h"
#include "analyzer/flow/program.h"
#include "analyzer/flow/selection.h"
#include "analyzer/ir/extract.h"
#include "analyzer/parallel.h"
#include "analyzer/report/argument_scope.h"
#include "analyzer/report/build_options.h"
#include "analyzer/report/follow_loads.h"
#include "analyzer/report/library_files.h"
#include "analyzer/report/library_summaries.h"
#include "analyzer/report/parse_units.h"
#include "analyzer/report/prepare.h"
#include "analyzer/report/program_roots.h"
#include "analyzer/report/report_builder.h"
#include "analyzer/report/unread_libraries.h"
#include "analyzer/source/front_end.h"
#include "analyzer/source/unit_cache.h"
#include "common/digest.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

// Serialises the callback, which may be empty.
class Teller {
 public:
  explicit Teller(const Progress& progress) : progress_(progress) {}
  void operator()(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (progress_) progress_(what);
  }

 private:
  std::mutex mutex_;
  const Progress& progress_;
};

Result<std::vector<ReportInput>> Digests(const std::vector<std::string>& files,
                                         const std::string& root) {
  std::vector<ReportInput> inputs(files.size());
  std::vector<Result<>> read(files.size());
  ForEachInParallel(files.size(), [&](size_t i) {
    const Result<std::string> bytes = ReadFile(files[i]);
    if (!bytes.ok())
      read[i] = std::unexpected(bytes.error());
    else
      inputs[i] = {RelativeTo(root, files[i]), Sha256Hex(*bytes)};
  });
  for (const Result<>& each : read) RETURN_IF_ERROR(each);
  return inputs;
}

// A cache that cannot be used safely is a warning: the answer is the same.
CacheStore OpenCache(const AnalyzeOptions& options, Diagnostics& diagnostics) {
  if (!options.cache) return {};
  Result<CacheStore> store = CacheStore::OpenDefault();
  if (store.ok()) return std::move(*store);
  Diagnostic diagnostic;
  diagnostic.severity = Severity::kWarning;
  diagnostic.message = "nothing is cached: " + store.error().message;
  diagnostic.hint = store.error().hint;
  diagnostics.Add(std::move(diagnostic));
  return {};
}

// What the program defines for libraries and plugins to use.
std::set<std::string> SymbolsOf(const Program& program) {
  std::set<std::string> symbols;
  for (const FlowFunction& each : program.flow.functions)
    if (each.linkage == Linkage::kExternal) symbols.insert(each.id);
  for (const FlowGlobal& each : program.flow.globals)
    if (each.linkage == Linkage::kExternal) symbols.insert(each.id);
  for (const AliasFact& each : program.aliases) symbols.insert(each.name);
  return symbols;
}

// What it calls, or takes addresses of, that it may not define itself.
std::set<std::string> UsedSymbolsOf(const Program& program) {
  std::set<std::string> symbols;
  for (const FlowEdge& edge : program.flow.edges)
    if (edge.external) symbols.insert(edge.to);
  for (const CallFact& call : program.calls) symbols.insert(call.to);
  return symbols;
}

// What the program is linked with; static archives go to `opaque`.
Result<std::unique_ptr<LibrarySummaries>> LibrariesOf(
    const Prepared& prepared, const AnalyzeOptions& options,
    const Program& program, const ImageCache& cache,
    std::vector<std::string>& opaque) {
  if (program.architecture != Architecture::kX8664) {
    if (prepared.plugins.empty()) return UnreadLibraries(program.architecture);
    return Fail(fmt::format("plugins for {} are not analyzed yet",
                            ArchitectureName(program.architecture)),
                "leave them out: what dlopen loads is then unresolved");
  }
  ASSIGN_OR_RETURN(LibraryFiles files, FindLibraries(prepared.selection));
  files.plugins = prepared.plugins;
  files.plugins_are_declared = options.no_plugins || !options.plugins.empty();
  opaque.insert(opaque.end(), files.archives.begin(), files.archives.end());
  return LoadLibraries(files, SymbolsOf(program), UsedSymbolsOf(program),
                       &cache);
}

// What libraries, or code that nobody reads, may use by its name.
void UnmarkSharedGlobals(LibrarySummaries& libraries, bool has_opaque_inputs,
                         Program& program) {
  const PropagationScope scope =
      ArgumentScope(program, libraries, {}, {}, has_opaque_inputs);
  UnmarkShared(
      [&](const std::string& id) {
        return scope.has_unread_code || scope.library_symbols.contains(id);
      },
      program.flow);
}

// A program is for one architecture; the first unit says which.
void CheckArchitectures(const std::vector<UnitFacts>& units,
                        const std::string& root, Diagnostics& diagnostics) {
  const Architecture first = units.front().code.architecture;
  for (const UnitFacts& unit : units) {
    if (unit.code.architecture == first) continue;
    Diagnostic diagnostic;
    diagnostic.file = RelativeTo(root, unit.unit.file);
    diagnostic.message = fmt::format(
        "is compiled for {}, and `{}` of the same program for {}",
        ArchitectureName(unit.code.architecture),
        RelativeTo(root, units.front().unit.file), ArchitectureName(first));
    diagnostics.Add(std::move(diagnostic));
  }
}

// From the joined program to the finished documents; or what else has to be
// joined first.
Result<std::set<std::string>> Report(const Prepared& prepared,
                                     const AnalyzeOptions& options,
                                     const ImageCache& cache, Program program,
                                     Teller& tell, Analysis& analysis) {
  program.source_plugins = prepared.source_plugins;
  tell("disassembling the libraries");
  std::vector<std::string> opaque = prepared.selection.opaque_inputs;
  ASSIGN_OR_RETURN(const auto libraries,
                   LibrariesOf(prepared, options, program, cache, opaque));
  const std::optional<LinkCommand>& link = prepared.selection.link;
  for (std::string& reason : HiddenByOptions(prepared.selection))
    program.unresolved.push_back(
        {"", std::move(reason), {link ? link->output : "", 0, 0, ""}});
  ASSIGN_OR_RETURN(auto more,
                   FollowLoads(prepared, program, *libraries, opaque));
  if (!more.empty()) return more;
  UnmarkSharedGlobals(*libraries, !opaque.empty(), program);
  tell("following pointers");
  ResolveCalls(program, *libraries, opaque);
  CredentialWays ways;
  ASSIGN_OR_RETURN(analysis.report, BuildReport(program, *libraries, opaque,
                                                options.credentials, &ways));
  std::ranges::move(ways.edges, std::back_inserter(program.flow.edges));
  program.flow.exposures = std::move(ways.exposures);
  program.flow.sources = std::move(ways.sources);
  AddModelled(prepared, *libraries, analysis.report.modelled);
  std::vector<std::string> files = std::move(program.read_files);
  const std::vector<std::string> loaded = libraries->Files();
  files.insert(files.end(), loaded.begin(), loaded.end());
  ASSIGN_OR_RETURN(analysis.report.inputs, Digests(files, prepared.root));
  analysis.report.tool = options.tool;
  analysis.flow = std::move(program.flow);
  analysis.flow.tool = options.tool;
  return more;
}

// Parses, joins and reports; or says what else has to be joined first.
Result<std::set<std::string>> Round(const Prepared& prepared,
                                    const AnalyzeOptions& options,
                                    UnitCache& cache, Teller& tell,
                                    Analysis& analysis) {
  std::vector<UnitFacts> units;
  for (UnitOutcome& outcome :
       ParseUnits(prepared.selection.compiles, prepared.root, &cache,
                  [&](const std::string& what) { tell(what); })) {
    analysis.diagnostics.Append(outcome.diagnostics);
    analysis.cached_units += outcome.cached ? 1 : 0;
    units.push_back(std::move(outcome.facts));
  }
  if (!analysis.diagnostics.has_errors())
    CheckArchitectures(units, prepared.root, analysis.diagnostics);
  if (analysis.diagnostics.has_errors()) return std::set<std::string>();
  return Report(prepared, options, ImageCache(cache.store()),
                JoinUnits(std::move(units), prepared.selection), tell,
                analysis);
}

}  // namespace

bool IsBinary(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::array<char, SELFMAG> start{};
  stream.read(start.data(), start.size());
  return std::string_view(start.data(), start.size()) == ELFMAG;
}

Result<Analysis> AnalyzeBinary(const AnalyzeOptions& options,
                               const Progress& progress) {
  if (options.sources.size() != 1)
    return Fail("several binaries were named",
                "name one program, and what it loads with --plugin");
  Teller tell(progress);
  LibraryFiles files;
  ASSIGN_OR_RETURN(files.executable, AbsoluteHere(options.sources[0]));
  ASSIGN_OR_RETURN(files.plugins, FindPlugins(options.plugins));
  files.plugins_are_declared = options.no_plugins;
  tell(fmt::format("disassembling {}", options.sources[0]));
  Analysis analysis;
  const CacheStore store = OpenCache(options, analysis.diagnostics);
  const ImageCache cache(store);
  ASSIGN_OR_RETURN(const auto libraries, LoadLibraries(files, {}, {}, &cache));
  analysis.report = BuildBinaryReport(files.executable, *libraries);
  ASSIGN_OR_RETURN(analysis.report.inputs,
                   Digests(libraries->Files(), options.root));
  analysis.report.tool = options.tool;
  store.Trim();
  return analysis;
}

Result<Analysis> Analyze(const AnalyzeOptions& options,
                         const Progress& progress) {
  ASSIGN_OR_RETURN(Prepared prepared, Prepare(options));
  Teller tell(progress);
  Diagnostics warnings;
  UnitCache cache(OpenCache(options, warnings));
  while (true) {
    Analysis analysis;
    analysis.diagnostics.Append(warnings);
    ASSIGN_OR_RETURN(const auto more,
                     Round(prepared, options, cache, tell, analysis));
    cache.Trim();
    if (more.empty()) return analysis;
    prepared.found.insert(more.begin(), more.end());
    RETURN_IF_ERROR(Select(options, prepared));
  }
}

}  // namespace bailey::analyzer
