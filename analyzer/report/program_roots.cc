// A program's entries, and the points-to analysis started from them.
#include "analyzer/report/program_roots.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "analyzer/flow/call_targets.h"
#include "analyzer/report/loading_functions.h"
#include "analyzer/switched_off.h"

namespace bailey::analyzer {
namespace {

// Whether code that is linked or loaded, and has no source here, may use the
// program's symbols, whatever their names. Declared plugins use those that they
// import, which CalledSymbols() has, and those that are asked for by name.
bool MayBeLoadedWith(const Program& program, const LibrarySummaries& libraries,
                     const std::vector<std::string>& opaque_inputs) {
  if (!opaque_inputs.empty()) return true;
  const bool loads =
      std::ranges::any_of(program.flow.edges, [](const FlowEdge& edge) {
        return edge.external && IsLoadingFunction(edge.to);
      });
  if (!libraries.PluginsAreDeclared()) return loads;
  return !AsksByKnownNames(program, libraries);
}

// Whether nothing that is linked or loaded has what dlsym is asked for, but the
// program itself, as far as its sources show: without the command that linked
// it, nobody knows what else is in it.
bool LoadsNothing(const Program& program, LibrarySummaries& libraries) {
  const ProgramLoads loads = libraries.Followed();
  if (program.flow.link_command.empty() || !libraries.PluginsAreDeclared() ||
      libraries.DeclaredPlugins() > 0 || program.source_plugins > 0 ||
      !loads.libraries.empty() || !loads.built.empty() ||
      !AsksByKnownNames(program, libraries))
    return false;
  return std::ranges::none_of(loads.symbols, [&](const std::string& symbol) {
    return libraries.Reach(symbol) != nullptr || libraries.IsData(symbol);
  });
}

}  // namespace

bool AsksByKnownNames(const Program& program,
                      const LibrarySummaries& libraries) {
  // Who has the address of dlsym asks for anything.
  return libraries.Followed().all_symbols_are_named &&
         std::ranges::none_of(program.flow.edges,
                              [](const FlowEdge& edge) {
                                return edge.external &&
                                       edge.kind == EdgeKind::kAddress &&
                                       IsLoadingFunction(edge.to);
                              }) &&
         std::ranges::none_of(libraries.UnresolvedLoads(),
                              [](const UnresolvedSite& site) {
                                return site.reason.starts_with("dlsym") ||
                                       site.reason.starts_with("dlvsym");
                              });
}

std::vector<std::string> EntriesOf(const Program& program) {
  std::vector<std::string> entries = {"main"};
  if (program.constructors.empty()) return entries;
  std::unordered_set<std::string_view> defined;
  for (const FlowFunction& each : program.flow.functions)
    defined.insert(each.id);
  for (const std::string& each : program.constructors)
    if (defined.contains(each)) entries.push_back(each);
  std::ranges::sort(entries.begin() + 1, entries.end());
  return entries;
}

std::set<std::string> CalledBack(const Program& program,
                                 LibrarySummaries& libraries) {
  std::set<std::string> names = libraries.CalledSymbols();
  names.insert({"_start", "_init", "_fini"});
  for (const FlowFunction& each : program.flow.functions)
    if (each.linkage == Linkage::kExternal && libraries.MayCallBack(each.id))
      names.insert(each.id);
  for (const AliasFact& each : program.aliases)
    if (libraries.MayCallBack(each.name)) names.insert(each.name);
  return names;
}

CallRoots RootsOf(const Program& program, LibrarySummaries& libraries,
                  const std::vector<std::string>& opaque_inputs) {
  const std::set<std::string> called = CalledBack(program, libraries);
  const bool any = MayBeLoadedWith(program, libraries, opaque_inputs);
  CallRoots roots;
  if (!any && LoadsNothing(program, libraries)) {
    roots.loads_nothing = true;
    roots.asked = libraries.Followed().symbols;
  }
  for (const std::string& entry : EntriesOf(program))
    roots.functions.insert(entry);
  for (const FlowFunction& each : program.flow.functions)
    if (each.linkage == Linkage::kExternal && called.contains(each.id))
      roots.functions.insert(each.id);
  for (const FlowFunction& each : program.flow.functions)
    if (any && each.linkage == Linkage::kExternal)
      roots.exported.insert(each.id);
  for (const AliasFact& each : program.aliases)
    if (called.contains(each.name)) roots.functions.insert(each.name);
  for (const FlowGlobal& each : program.flow.globals)
    if (each.linkage == Linkage::kExternal && (any || called.contains(each.id)))
      roots.data.insert(each.id);
  return roots;
}

void ResolveCalls(Program& program, LibrarySummaries& libraries,
                  const std::vector<std::string>& opaque_inputs) {
  if (IsSwitchedOff("points-to")) return;
  program.targets =
      FindCallTargets(program, RootsOf(program, libraries, opaque_inputs),
                      {.filter_by_type = !IsSwitchedOff("type-filter")});
  if (!program.targets.is_solved) return;
  std::erase_if(program.unresolved, [&](const UnresolvedFact& fact) {
    return program.targets.resolved.contains({fact.unit, fact.call});
  });
  program.calls.insert(program.calls.end(), program.targets.calls.begin(),
                       program.targets.calls.end());
}

}  // namespace bailey::analyzer
