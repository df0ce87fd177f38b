// A program's entries, and the points-to analysis started from them.
#include "analyzer/report/program_roots.h"

#include <algorithm>

#include "analyzer/flow/call_targets.h"
#include "analyzer/report/loading_functions.h"
#include "analyzer/switched_off.h"

namespace bailey::analyzer {
namespace {

std::set<std::string> DefinedFunctions(const Program& program) {
  std::set<std::string> defined;
  for (const FlowFunction& each : program.flow.functions)
    defined.insert(each.id);
  return defined;
}

// Whether code that is linked or loaded, and has no source here, may use the
// program's symbols, whatever their names.
bool MayBeLoadedWith(const Program& program, const LibrarySummaries& libraries,
                     const std::vector<std::string>& opaque_inputs) {
  if (!opaque_inputs.empty() || libraries.DeclaredPlugins() > 0) return true;
  return std::ranges::any_of(program.flow.edges, [](const FlowEdge& edge) {
    return edge.external &&
           std::ranges::find(DynamicLoadingFunctions(), edge.to) !=
               DynamicLoadingFunctions().end();
  });
}

}  // namespace

std::vector<std::string> EntriesOf(const Program& program) {
  const std::set<std::string> defined = DefinedFunctions(program);
  std::vector<std::string> entries = {"main"};
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
