// The calls of dlopen and dlsym in reached functions, with the texts that reach
// them.

#include "analyzer/report/program_loads.h"

#include <algorithm>
#include <filesystem>

#include "analyzer/report/argument_scope.h"
#include "analyzer/report/program_roots.h"
#include "analyzer/report/reachability.h"

namespace bailey::analyzer {
namespace {

namespace fs = std::filesystem;

bool IsSymbolFunction(const std::string& symbol) {
  return IsLoadingFunction(symbol) && !LoadsFile(symbol);
}

// -Wl,-soname,NAME, -Wl,-h,NAME, or the two words apart.
bool HasSoname(const LinkCommand& link, const std::string& name) {
  return std::ranges::any_of(link.arguments, [&](const std::string& word) {
    return word == name || word.ends_with("," + name) ||
           word.ends_with("=" + name);
  });
}

bool IsMeant(const LinkCommand& link, const std::string& path,
             const std::string& name) {
  const std::string file = fs::path(name).filename().string();
  return link.kind == LinkKind::kSharedLibrary &&
         (fs::path(path).filename() == file || HasSoname(link, file)) &&
         fs::exists(path);
}

}  // namespace

bool UsesLoadingFunctions(const Program& program) {
  return std::ranges::any_of(program.calls, [](const CallFact& call) {
    return IsLoadingFunction(call.to);
  });
}

LoadScope LoadScopeOf(const Program& program, LibrarySummaries& libraries,
                      const std::vector<std::string>& opaque_inputs) {
  LoadScope scope;
  scope.called_back = CalledBack(program, libraries);
  scope.values = ArgumentScope(program, libraries, EntriesOf(program),
                               scope.called_back, !opaque_inputs.empty());
  return scope;
}

ProgramLoads FindProgramLoads(const Program& program, const LoadScope& scope) {
  const Reachability reach(program, EntriesOf(program), scope.called_back);
  std::vector<const CallFact*> calls;
  for (const CallFact& call : program.calls)
    if (IsLoadingFunction(call.to) && reach.functions().contains(call.from))
      calls.push_back(&call);
  const ValuePropagation values(program, scope.values, calls);
  ProgramLoads loads;
  for (const TakenExternal& taken : reach.taken())
    if (IsSymbolFunction(taken.symbol)) loads.all_symbols_are_named = false;
  for (const CallFact* call : calls) {
    const auto names =
        NamesGiven(call->to, values.Contexts(*call), call->arguments);
    if (!names && !LoadsFile(call->to)) loads.all_symbols_are_named = false;
    if (!names) continue;
    // Who asks for dlsym asks it for anything.
    if (std::ranges::any_of(*names, IsLoadingFunction))
      loads.all_symbols_are_named = false;
    auto& known = LoadsFile(call->to) ? loads.libraries : loads.symbols;
    known.insert(names->begin(), names->end());
  }
  return loads;
}

std::vector<std::string> FilesMeantBy(const std::string& name,
                                      const BuildRecord& record) {
  std::set<std::string> files;
  for (const LinkCommand& link : record.links) {
    const std::string path = Absolute(link.directory, link.output);
    if (IsMeant(link, path, name)) files.insert(path);
  }
  return {files.begin(), files.end()};
}

bool IsRelativePath(const std::string& name) {
  return name.contains('/') && !name.starts_with('/');
}

}  // namespace bailey::analyzer
