#include "analyzer/flow/program.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "analyzer/flow/global_values.h"
#include "analyzer/flow/never_written.h"
#include "analyzer/flow/pointer_extents.h"
#include "analyzer/flow/shared_names.h"
#include "analyzer/flow/structure_looks.h"

namespace bailey::analyzer {
namespace {

template <class T>
void MoveInto(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()),
            std::make_move_iterator(from.end()));
}

auto KeyOf(const SourceSite& site) {
  return std::tie(site.file, site.line, site.column, site.function);
}

auto KeyOf(const FlowEdge& edge) {
  return std::tuple_cat(std::tie(edge.from, edge.to, edge.kind),
                        KeyOf(edge.site));
}

// In order of their keys; of several with one key the first stays.
template <class T, class Key>
void SortByKey(std::vector<T>& all, const Key& key) {
  std::vector<T*> order;
  for (T& each : all) order.push_back(&each);
  std::ranges::sort(order, [&](const T* a, const T* b) {
    const auto compared = key(*a) <=> key(*b);
    return compared != 0 ? compared < 0 : a < b;
  });
  const auto rest = std::ranges::unique(
      order, [&](const T* a, const T* b) { return key(*a) == key(*b); });
  order.erase(rest.begin(), rest.end());
  std::vector<T> sorted;
  sorted.reserve(order.size());
  for (T* each : order) sorted.push_back(std::move(*each));
  all = std::move(sorted);
}

template <class T>
void FirstOfEachId(std::vector<T>& nodes) {
  SortByKey(nodes, [](const T& node) { return std::tie(node.id); });
}

class Joiner {
 public:
  Program Join(std::vector<UnitFacts> units,
               const ProgramSelection& selection) {
    SharedNames names = FindSharedNames(units, selection.places);
    for (UnitFacts& unit : units) Add(unit);
    program_.also_external = std::move(names.also_external);
    program_.source_plugins = selection.source_plugins;
    program_.kept.insert(program_.kept.end(), names.plugin_entries.begin(),
                         names.plugin_entries.end());
    if (selection.link) {
      program_.flow.link_command = selection.link->arguments;
      program_.flow.link_directory = selection.link->directory;
    }
    FirstOfEachId(program_.flow.functions);
    FirstOfEachId(program_.flow.globals);
    ResolveAliases();
    AddAssemblyNames();
    FinishEdges();
    MarkAddressTaken();
    SettleLooks(program_.flow);
    InferExtents(program_);
    MarkNeverWritten(program_);
    FindGlobalValues(program_);
    std::ranges::sort(program_.read_files);
    const auto rest = std::ranges::unique(program_.read_files);
    program_.read_files.erase(rest.begin(), rest.end());
    return std::move(program_);
  }

 private:
  void Add(UnitFacts& unit) {
    program_.architecture = unit.code.architecture;
    program_.flow.units.push_back(std::move(unit.unit));
    MoveInto(program_.flow.functions, unit.functions);
    MoveInto(program_.flow.globals, unit.globals);
    MoveInto(program_.flow.edges, unit.code.edges);
    MoveInto(program_.calls, unit.code.calls);
    AddPointers(unit);
    MoveInto(program_.syscalls, unit.code.syscalls);
    MoveInto(program_.unresolved, unit.code.unresolved);
    MoveInto(program_.constructors, unit.code.constructors);
    MoveInto(program_.destructors, unit.code.destructors);
    MoveInto(program_.control, unit.code.control);
    MoveInto(program_.kept, unit.code.kept);
    MoveInto(program_.read_files, unit.read_files);
    MoveInto(program_.aliases, unit.code.aliases);
    MoveInto(program_.global_facts, unit.code.global_facts);
    MoveInto(program_.global_writes, unit.code.global_writes);
    MoveInto(program_.returns, unit.code.returns);
    MoveInto(assembly_names_, unit.code.assembly_names);
  }

  void AddPointers(UnitFacts& unit) {
    const int number = static_cast<int>(program_.constraints.size());
    for (UnresolvedFact& each : unit.code.unresolved) each.unit = number;
    for (IndirectCall& each : unit.code.indirect_calls) each.unit = number;
    MoveInto(program_.indirect_calls, unit.code.indirect_calls);
    program_.constraints.push_back(std::move(unit.code.constraints));
    program_.data_flows.push_back(std::move(unit.code.data_flow));
    for (const LibraryPrototype& each : unit.code.prototypes) {
      const auto [known, added] =
          program_.prototypes.try_emplace(each.function, each);
      if (added) continue;
      known->second.read_only &= each.read_only;
      known->second.text |= each.text;
    }
    MoveInto(program_.named_files, unit.code.named_files);
    MoveInto(program_.extents, unit.code.extents);
  }

  std::unordered_set<std::string_view> Defined() const {
    std::unordered_set<std::string_view> defined;
    for (const FlowFunction& each : program_.flow.functions)
      defined.insert(each.id);
    for (const FlowGlobal& each : program_.flow.globals)
      defined.insert(each.id);
    return defined;
  }

  // Where one goes that was meant for a name or for what an alias stands for.
  // (An alias of an alias is resolved to the object by LLVM already.) A weak
  // alias may give way to a definition in another unit: then whoever means the
  // one may get the other.
  std::map<std::string, std::set<std::string>> AliasTargets() const {
    if (program_.aliases.empty()) return {};
    const auto defined = Defined();
    std::map<std::string, std::set<std::string>> targets;
    for (const AliasFact& alias : program_.aliases) {
      targets[alias.name].insert(alias.target);
      if (program_.also_external.contains(alias.name))
        targets[alias.name].insert(alias.name);
      if (!defined.contains(alias.name)) continue;
      targets[alias.name].insert(alias.name);
      targets[alias.target].insert({alias.name, alias.target});
    }
    return targets;
  }

  template <class T>
  static void Redirect(
      std::vector<T>& all,
      const std::map<std::string, std::set<std::string>>& targets) {
    if (targets.empty()) return;
    const size_t count = all.size();
    for (size_t i = 0; i < count; ++i) {
      const auto found = targets.find(all[i].to);
      if (found == targets.end()) continue;
      all[i].to = *found->second.begin();
      for (auto other = std::next(found->second.begin());
           other != found->second.end(); ++other) {
        T copy = all[i];
        copy.to = *other;
        all.push_back(std::move(copy));
      }
    }
  }

  void ResolveAliases() {
    const auto targets = AliasTargets();
    Redirect(program_.flow.edges, targets);
    Redirect(program_.calls, targets);
  }

  // A word of assembly that names a symbol of the program uses it, no one
  // knows how.
  void AddAssemblyNames() {
    if (assembly_names_.empty()) return;
    const auto defined = Defined();
    const auto targets = AliasTargets();
    for (const AssemblyName& each : assembly_names_) {
      const auto alias = targets.find(each.name);
      const std::set<std::string> ids =
          alias == targets.end() ? std::set{each.name} : alias->second;
      for (const std::string& id : ids) {
        if (!defined.contains(id)) continue;
        GlobalFact& escaped = program_.global_facts.emplace_back();
        escaped.id = id;
        escaped.escapes = escaped.roams = true;
        program_.global_writes.push_back({id, /*may_be_written=*/true});
        if (each.from.empty()) {
          program_.kept.push_back(id);
          continue;
        }
        program_.assembly_uses.push_back(id);
        program_.flow.edges.push_back(
            {EdgeKind::kAddress, each.from, id, false, each.site});
      }
    }
  }

  void FinishEdges() {
    const auto defined = Defined();
    for (FlowEdge& edge : program_.flow.edges)
      edge.external = !defined.contains(edge.to);
    SortByKey(program_.flow.edges,
              [](const FlowEdge& edge) { return KeyOf(edge); });
  }

  void MarkAddressTaken() {
    std::unordered_set<std::string_view> taken;
    for (const FlowEdge& edge : program_.flow.edges)
      if (edge.kind == EdgeKind::kAddress) taken.insert(edge.to);
    taken.insert(program_.kept.begin(), program_.kept.end());
    for (FlowFunction& each : program_.flow.functions)
      each.address_taken = taken.contains(each.id);
    for (FlowGlobal& each : program_.flow.globals)
      each.address_taken = taken.contains(each.id);
  }

  Program program_;
  std::vector<AssemblyName> assembly_names_;
};

}  // namespace

Program JoinUnits(std::vector<UnitFacts> units,
                  const ProgramSelection& selection) {
  return Joiner().Join(std::move(units), selection);
}

}  // namespace bailey::analyzer
