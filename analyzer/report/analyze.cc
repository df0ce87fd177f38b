#include "analyzer/report/analyze.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <utility>

#include "analyzer/capture/build_record.h"
#include "analyzer/flow/program.h"
#include "analyzer/flow/selection.h"
#include "analyzer/ir/extract.h"
#include "analyzer/report/build_options.h"
#include "analyzer/report/library_files.h"
#include "analyzer/report/library_summaries.h"
#include "analyzer/report/parse_units.h"
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

Result<std::string> AbsoluteHere(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  if (error)
    return FailErrno("cannot find the current directory", error.value());
  fs::path normal = absolute.lexically_normal();
  // "build/" and "build" are one folder.
  if (!normal.has_filename() && normal.has_relative_path())
    normal = normal.parent_path();
  return normal.string();
}

Result<std::vector<std::string>> AbsoluteSources(
    const std::vector<std::string>& sources) {
  std::vector<std::string> all;
  for (const std::string& source : sources) {
    ASSIGN_OR_RETURN(std::string path, AbsoluteHere(source));
    all.push_back(std::move(path));
  }
  return all;
}

bool IsBelow(const fs::path& folder, const std::string& file) {
  const fs::path relative = fs::path(file).lexically_relative(folder);
  return !relative.empty() && *relative.begin() != "..";
}

std::string ChooseRoot(const std::vector<CompileEntry>& compiles,
                       const std::string& build_directory) {
  fs::path root = build_directory;
  const auto holds_all = [&](const fs::path& folder) {
    return std::ranges::all_of(compiles, [&](const CompileEntry& entry) {
      return IsBelow(folder, Absolute(entry.directory, entry.file));
    });
  };
  if (holds_all(root)) return root.string();
  root = fs::path(Absolute(compiles[0].directory, compiles[0].file));
  do {
    root = root.parent_path();
  } while (!holds_all(root) && root.has_relative_path());
  return root.string();
}

Result<std::vector<ReportInput>> Digests(const std::vector<std::string>& files,
                                         const std::string& root) {
  std::vector<ReportInput> inputs;
  for (const std::string& file : files) {
    ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file));
    inputs.push_back({RelativeTo(root, file), Sha256Hex(bytes)});
  }
  return inputs;
}

struct Prepared {
  ProgramSelection selection;
  std::vector<std::string> plugins;
  std::string root;
};

Result<Prepared> Prepare(const AnalyzeOptions& options) {
  Prepared prepared;
  ASSIGN_OR_RETURN(const std::string build,
                   AbsoluteHere(options.build_directory));
  ASSIGN_OR_RETURN(const BuildRecord record, ReadBuildRecord(build));
  ASSIGN_OR_RETURN(const auto sources, AbsoluteSources(options.sources));
  ASSIGN_OR_RETURN(const auto plugins, FindPlugins(options.plugins));
  ASSIGN_OR_RETURN(prepared.selection,
                   SelectProgram(record, sources, options.program, plugins));
  if (prepared.selection.compiles.empty())
    return Fail("the compilation database names no source file");
  prepared.plugins = prepared.selection.opaque_plugins;
  if (options.root.empty()) {
    prepared.root = ChooseRoot(prepared.selection.compiles, build);
  } else {
    ASSIGN_OR_RETURN(prepared.root, AbsoluteHere(options.root));
  }
  return prepared;
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
    const Prepared& prepared, const Program& program,
    std::vector<std::string>& opaque) {
  if (program.architecture != Architecture::kX8664) {
    if (prepared.plugins.empty()) return UnreadLibraries(program.architecture);
    return Fail(fmt::format("plugins for {} are not analyzed yet",
                            ArchitectureName(program.architecture)),
                "leave them out: what dlopen loads is then unresolved");
  }
  ASSIGN_OR_RETURN(LibraryFiles files, FindLibraries(prepared.selection));
  files.plugins = prepared.plugins;
  opaque.insert(opaque.end(), files.archives.begin(), files.archives.end());
  return LoadLibraries(files, SymbolsOf(program), UsedSymbolsOf(program));
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

// From the joined program to the finished documents.
Result<> Report(const Prepared& prepared, const AnalyzeOptions& options,
                Program program, Teller& tell, Analysis& analysis) {
  tell("disassembling the libraries");
  std::vector<std::string> opaque = prepared.selection.opaque_inputs;
  ASSIGN_OR_RETURN(const auto libraries,
                   LibrariesOf(prepared, program, opaque));
  const std::optional<LinkCommand>& link = prepared.selection.link;
  for (std::string& reason : HiddenByOptions(prepared.selection))
    program.unresolved.push_back(
        {"", std::move(reason), {link ? link->output : "", 0, 0, ""}});
  tell("following pointers");
  ResolveCalls(program, *libraries, opaque);
  ASSIGN_OR_RETURN(analysis.report, BuildReport(program, *libraries, opaque));
  std::vector<std::string> files = std::move(program.read_files);
  const std::vector<std::string> loaded = libraries->Files();
  files.insert(files.end(), loaded.begin(), loaded.end());
  ASSIGN_OR_RETURN(analysis.report.inputs, Digests(files, prepared.root));
  analysis.report.tool = options.tool;
  analysis.flow = std::move(program.flow);
  analysis.flow.tool = options.tool;
  return {};
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
  tell(fmt::format("disassembling {}", options.sources[0]));
  ASSIGN_OR_RETURN(const auto libraries, LoadLibraries(files));
  Analysis analysis;
  analysis.report = BuildBinaryReport(files.executable, *libraries);
  ASSIGN_OR_RETURN(analysis.report.inputs,
                   Digests(libraries->Files(), options.root));
  analysis.report.tool = options.tool;
  return analysis;
}

Result<Analysis> Analyze(const AnalyzeOptions& options,
                         const Progress& progress) {
  ASSIGN_OR_RETURN(const Prepared prepared, Prepare(options));
  Teller tell(progress);
  Analysis analysis;
  UnitCache cache(OpenCache(options, analysis.diagnostics));
  std::vector<UnitFacts> units;
  for (UnitOutcome& outcome :
       ParseUnits(prepared.selection.compiles, prepared.root, &cache,
                  [&](const std::string& what) { tell(what); })) {
    analysis.diagnostics.Append(outcome.diagnostics);
    analysis.cached_units += outcome.cached ? 1 : 0;
    units.push_back(std::move(outcome.facts));
  }
  cache.Trim();
  if (!analysis.diagnostics.has_errors())
    CheckArchitectures(units, prepared.root, analysis.diagnostics);
  if (analysis.diagnostics.has_errors()) return analysis;
  RETURN_IF_ERROR(Report(prepared, options,
                         JoinUnits(std::move(units), prepared.selection), tell,
                         analysis));
  return analysis;
}

}  // namespace bailey::analyzer
