#include "analyzer/flow/shared_names.h"

namespace bailey::analyzer {
namespace {

// Of names that other files can see.
std::set<std::string> Defined(const UnitFacts& unit) {
  std::set<std::string> names;
  for (const FlowFunction& each : unit.functions)
    if (each.linkage == Linkage::kExternal) names.insert(each.id);
  for (const FlowGlobal& each : unit.globals)
    if (each.linkage == Linkage::kExternal) names.insert(each.id);
  for (const AliasFact& each : unit.code.aliases) names.insert(each.name);
  return names;
}

void AddUsed(const UnitFacts& unit, std::set<std::string>& names) {
  for (const FlowEdge& each : unit.code.edges) names.insert(each.to);
  for (const CallFact& each : unit.code.calls) names.insert(each.to);
  for (const AssemblyName& each : unit.code.assembly_names)
    names.insert(each.name);
}

}  // namespace

SharedNames FindSharedNames(const std::vector<UnitFacts>& units,
                            const std::vector<UnitPlace>& places) {
  SharedNames names;
  std::set<std::string> own;
  std::set<std::string> used;  // by libraries and plugins
  for (size_t i = 0; i < units.size() && i < places.size(); ++i) {
    const std::set<std::string> defined = Defined(units[i]);
    const bool is_own = places[i] == UnitPlace::kProgram;
    (is_own ? own : names.also_external).insert(defined.begin(), defined.end());
    if (!is_own) AddUsed(units[i], used);
    if (places[i] != UnitPlace::kPlugin) continue;
    for (const FlowFunction& each : units[i].functions)
      if (each.linkage == Linkage::kExternal)
        names.plugin_entries.insert(each.id);
    for (const AliasFact& each : units[i].code.aliases)
      names.plugin_entries.insert(each.target);
    // They run when it is loaded, whenever that is.
    const std::vector<std::string>& run = units[i].code.constructors;
    names.plugin_entries.insert(run.begin(), run.end());
  }
  for (const std::string& each : own)
    if (used.contains(each)) names.also_external.insert(each);
  return names;
}

}  // namespace bailey::analyzer
