// From the linked calls to plain facts: who calls whom, with what, and who is
// called from outside.
#include "analyzer/flow/call_targets.h"

#include <map>
#include <utility>

#include "analyzer/flow/constraint_linker.h"
#include "analyzer/flow/program.h"

namespace bailey::analyzer {
namespace {

using CallKey = std::pair<int, int>;  // unit and number

struct Site {
  SymbolSet targets;
  bool is_resolved = true;
};

std::map<CallKey, Site> SitesOf(const ConstraintLinker& linker) {
  std::map<CallKey, Site> sites;
  for (const LinkedCall& call : linker.calls()) {
    if (call.facts->number < 0) continue;
    Site& site = sites[{static_cast<int>(call.unit), call.facts->number}];
    site.targets.insert(call.targets.begin(), call.targets.end());
    site.is_resolved &= !call.may_be_unknown;
  }
  return sites;
}

}  // namespace

CallTargets FindCallTargets(const Program& program, const CallRoots& roots,
                            const CallTargetOptions& options) {
  CallTargets found;
  if (program.constraints.empty()) return found;
  ConstraintLinker linker(program, roots, options);
  linker.Solve();
  found.is_solved = true;
  const auto sites = SitesOf(linker);
  for (const IndirectCall& call : program.indirect_calls) {
    const auto site = sites.find({call.unit, call.call});
    if (site == sites.end()) continue;  // in code that is not reached
    const Site& to = site->second;
    if (to.is_resolved) found.resolved.insert({call.unit, call.call});
    for (const LinkedSymbol* target : to.targets) {
      if (target->id == kNotLoaded) continue;
      CallFact fact = call.fact;
      fact.to = target->id;
      fact.is_only_target = to.is_resolved && to.targets.size() == 1;
      found.calls.push_back(std::move(fact));
    }
  }
  for (const LinkedSymbol& symbol : linker.symbols())
    if (symbol.is_function && symbol.id != kNotLoaded &&
        (symbol.from_outside || symbol.called_back))
      found.called_from_outside.insert(symbol.id);
  found.node_count = linker.solver().node_count();
  return found;
}

}  // namespace bailey::analyzer
