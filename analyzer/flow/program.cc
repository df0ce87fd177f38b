#include "analyzer/flow/program.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

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

// Sorted by id; of several with one id the first stays.
template <class T>
void SortUnique(std::vector<T>& nodes) {
  std::map<std::string, T> sorted;
  for (T& node : nodes) {
    std::string id = node.id;
    sorted.emplace(std::move(id), std::move(node));
  }
  nodes.clear();
  for (auto& [id, node] : sorted) nodes.push_back(std::move(node));
}

class Joiner {
 public:
  Program Join(std::vector<UnitFacts> units,
               const ProgramSelection& selection) {
    for (UnitFacts& unit : units) Add(unit);
    if (selection.link) {
      program_.flow.link_command = selection.link->arguments;
      program_.flow.link_directory = selection.link->directory;
    }
    SortUnique(program_.flow.functions);
    SortUnique(program_.flow.globals);
    ResolveAliases();
    FinishEdges();
    MarkAddressTaken();
    std::ranges::sort(program_.read_files);
    const auto rest = std::ranges::unique(program_.read_files);
    program_.read_files.erase(rest.begin(), rest.end());
    return std::move(program_);
  }

 private:
  void Add(UnitFacts& unit) {
    program_.flow.units.push_back(std::move(unit.unit));
    MoveInto(program_.flow.functions, unit.functions);
    MoveInto(program_.flow.globals, unit.globals);
    MoveInto(program_.flow.edges, unit.code.edges);
    MoveInto(program_.calls, unit.code.calls);
    MoveInto(program_.syscalls, unit.code.syscalls);
    MoveInto(program_.unresolved, unit.code.unresolved);
    MoveInto(program_.constructors, unit.code.constructors);
    MoveInto(program_.read_files, unit.read_files);
    for (const AliasFact& alias : unit.code.aliases)
      aliases_[alias.name] = alias.target;
  }

  void ResolveAliases() {
    const auto resolve = [&](std::string& id) {
      // An alias of an alias is resolved to the object by LLVM already.
      if (const auto found = aliases_.find(id); found != aliases_.end())
        id = found->second;
    };
    for (FlowEdge& edge : program_.flow.edges) resolve(edge.to);
    for (CallFact& call : program_.calls) resolve(call.to);
  }

  void FinishEdges() {
    std::set<std::string> defined;
    for (const FlowFunction& each : program_.flow.functions)
      defined.insert(each.id);
    for (const FlowGlobal& each : program_.flow.globals)
      defined.insert(each.id);
    std::vector<FlowEdge>& edges = program_.flow.edges;
    for (FlowEdge& edge : edges) edge.external = !defined.contains(edge.to);
    std::ranges::sort(edges, [](const FlowEdge& a, const FlowEdge& b) {
      return KeyOf(a) < KeyOf(b);
    });
    const auto rest =
        std::ranges::unique(edges, [](const FlowEdge& a, const FlowEdge& b) {
          return KeyOf(a) == KeyOf(b);
        });
    edges.erase(rest.begin(), rest.end());
  }

  void MarkAddressTaken() {
    std::set<std::string> taken;
    for (const FlowEdge& edge : program_.flow.edges)
      if (edge.kind == EdgeKind::kAddress) taken.insert(edge.to);
    for (FlowFunction& each : program_.flow.functions)
      each.address_taken = taken.contains(each.id);
    for (FlowGlobal& each : program_.flow.globals)
      each.address_taken = taken.contains(each.id);
  }

  Program program_;
  std::map<std::string, std::string> aliases_;
};

}  // namespace

Program JoinUnits(std::vector<UnitFacts> units,
                  const ProgramSelection& selection) {
  return Joiner().Join(std::move(units), selection);
}

}  // namespace bailey::analyzer
