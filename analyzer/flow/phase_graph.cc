#include "analyzer/flow/phase_graph.h"

#include <algorithm>
#include <deque>
#include <tuple>
#include <utility>

#include "common/sort_unique.h"

namespace bailey::analyzer {
namespace {

constexpr uint32_t kNowhere = ~uint32_t{0};

// Functions that leave a context and come back to it when another one says so.
bool Switches(const std::string& symbol) {
  return symbol == "swapcontext" || symbol == "getcontext";
}

// `flow`'s nodes behind those that are there already.
void AppendNodes(const ControlFlow& flow, std::vector<PhaseNode>& nodes) {
  const auto base = static_cast<uint32_t>(nodes.size());
  for (const ControlNode& each : flow.nodes) {
    PhaseNode node;
    for (const uint32_t next : each.successors)
      node.successors.push_back(base + next);
    for (const uint32_t next : each.unwinds)
      node.unwinds.push_back(base + next);
    node.leaves = each.leaves;
    node.returns_twice = each.returns_twice;
    nodes.push_back(std::move(node));
  }
}

}  // namespace

ProgramPhases::ProgramPhases(const Program& program,
                             const std::set<std::string>& reached,
                             const std::set<std::string>& called_back)
    : program_(program) {
  AddFunctions(reached);
  for (const ControlFlow& flow : program.control) AddFlow(flow);
  FinishFunctions();
  AddEdges(reached);
  AddPointers();
  AddEntries(called_back);
  if (program.targets.is_solved) ForgetUntold();
  AddChains();
}

void ProgramPhases::AddFunctions(const std::set<std::string>& reached) {
  for (const FlowFunction& each : program_.flow.functions) {
    if (!reached.contains(each.id)) continue;
    numbers_.emplace(each.id, static_cast<uint32_t>(ids_.size()));
    ids_.push_back(each.id);
  }
  graph_.functions.resize(ids_.size());
  positions_.resize(ids_.size());
}

// Of a function that several units define each copy may be the one: a node
// before all of them leads to any.
void ProgramPhases::AddFlow(const ControlFlow& flow) {
  const auto found = numbers_.find(flow.function);
  if (found == numbers_.end() || flow.nodes.empty()) return;
  PhaseFunction& function = graph_.functions[found->second];
  if (function.nodes.empty()) function.nodes.emplace_back();
  const auto base = static_cast<uint32_t>(function.nodes.size());
  AppendNodes(flow, function.nodes);
  function.nodes[0].successors.push_back(base);
  function.may_throw |= flow.may_throw;
  function.may_suspend |= flow.may_suspend;
  std::vector<uint32_t> files;
  for (const std::string& file : flow.files) files.push_back(FileNumber(file));
  std::vector<Position>& positions = positions_[found->second];
  for (uint32_t i = 0; i < flow.nodes.size(); ++i)
    for (const CodePosition& each : flow.nodes[i].positions)
      positions.push_back({static_cast<int>(each.line),
                           static_cast<int>(each.column), files[each.file],
                           base + i});
  AddLoops(flow, found->second, base);
}

uint32_t ProgramPhases::FileNumber(std::string_view file) {
  return file_numbers_
      .try_emplace(file, static_cast<uint32_t>(file_numbers_.size()))
      .first->second;
}

uint32_t ProgramPhases::SymbolNumber(std::string_view symbol) {
  const auto [known, is_new] = symbol_numbers_.try_emplace(
      symbol, static_cast<uint32_t>(symbols_.size()));
  if (is_new) symbols_.push_back(symbol);
  return known->second;
}

void ProgramPhases::AddLoops(const ControlFlow& flow, uint32_t function,
                             uint32_t base) {
  for (const ControlLoop& each : flow.loops) {
    ProgramLoop loop{
        {function, base + each.header}, {}, each.bounded, each.site};
    loop.site.function = flow.function;
    for (const uint32_t node : each.nodes) loop.nodes.push_back(base + node);
    loops_.push_back(std::move(loop));
  }
}

// A function whose control flow nobody read does all of it in one place, over
// and over.
void ProgramPhases::FinishFunctions() {
  for (std::vector<Position>& each : positions_) std::ranges::sort(each);
  for (PhaseFunction& function : graph_.functions) {
    if (!function.nodes.empty()) continue;
    PhaseNode only;
    only.successors = {0};
    only.leaves = true;
    function.nodes.push_back(std::move(only));
    function.may_throw = true;
  }
}

std::vector<PhasePlace> ProgramPhases::PlacesOf(const std::string& id,
                                                const SourceSite& site) const {
  std::vector<PhasePlace> places;
  const auto function = numbers_.find(id);
  if (function == numbers_.end()) return places;
  if (const auto file = file_numbers_.find(site.file);
      file != file_numbers_.end())
    for (const Position& each : std::ranges::equal_range(
             positions_[function->second],
             std::tuple(site.line, site.column, file->second), {},
             [](const Position& at) {
               return std::tuple(at.line, at.column, at.file);
             }))
      places.push_back({function->second, each.node});
  if (!places.empty()) return places;
  const size_t count = graph_.functions[function->second].nodes.size();
  for (uint32_t node = 0; node < count; ++node)
    places.push_back({function->second, node});
  return places;
}

bool ProgramPhases::IsAnyOf(const std::vector<std::vector<bool>>& set,
                            const std::string& function,
                            const SourceSite& site) const {
  return std::ranges::any_of(PlacesOf(function, site), [&](PhasePlace place) {
    return set[place.function][place.node];
  });
}

void ProgramPhases::AddEdges(const std::set<std::string>& reached) {
  for (const FlowEdge& edge : program_.flow.edges) {
    if (edge.kind == EdgeKind::kCall) AddCall(edge.from, edge.to, edge.site);
    if (edge.kind != EdgeKind::kAddress) continue;
    // Data counts as used: who reads it, nobody followed here.
    const bool is_function = std::ranges::binary_search(
        program_.flow.functions, edge.from, {}, &FlowFunction::id);
    if (!is_function || reached.contains(edge.from)) MarkPointed(edge.to);
  }
  for (const CallFact& call : program_.targets.calls)
    AddCall(call.from, call.to, call.site);
  for (PhaseFunction& function : graph_.functions)
    for (PhaseNode& node : function.nodes) {
      SortUnique(node.callees);
      SortUnique(node.symbols);
    }
}

void ProgramPhases::AddCall(const std::string& from, const std::string& to,
                            const SourceSite& site) {
  const auto callee = numbers_.find(to);
  for (const PhasePlace place : PlacesOf(from, site)) {
    PhaseNode& node = NodeAt(place);
    if (to == kServingAnnotation)
      annotations_.push_back({place, SymbolNumber(to), &site});
    if (callee != numbers_.end()) {
      node.callees.push_back(callee->second);
      if (!program_.also_external.contains(to)) continue;
    }
    node.symbols.push_back(SymbolNumber(to));
    node.switches |= Switches(to);
    symbol_calls_.push_back({place, node.symbols.back(), &site});
  }
}

// Whatever was not resolved may be a call of any function.
void ProgramPhases::AddPointers() {
  for (const UnresolvedFact& each : program_.unresolved) {
    if (each.from.empty()) continue;
    for (const PhasePlace place : PlacesOf(each.from, each.site))
      NodeAt(place).calls_any = true;
  }
}

// Where nobody found out to whom addresses go, code outside may have them too.
void ProgramPhases::MarkPointed(const std::string& id) {
  const auto found = numbers_.find(id);
  if (found == numbers_.end()) return;
  graph_.functions[found->second].pointed = true;
  if (!program_.targets.is_solved) MarkCalledBack(id);
}

// Code outside calls main and constructors too, before all that is here; and
// later only if it was given their addresses.
bool ProgramPhases::IsOnlyStarted(const std::string& id) const {
  if (id != "main" && std::ranges::find(program_.constructors, id) ==
                          program_.constructors.end())
    return false;
  const auto found = numbers_.find(id);
  return found != numbers_.end() && !graph_.functions[found->second].pointed &&
         std::ranges::none_of(program_.aliases, [&](const AliasFact& alias) {
           return alias.target == id;
         });
}

void ProgramPhases::MarkCalledBack(const std::string& id) {
  if (const auto found = numbers_.find(id); found != numbers_.end())
    graph_.functions[found->second].called_back = true;
}

void ProgramPhases::AddEntries(const std::set<std::string>& called_back) {
  // What starts a program calls main once, before all that is here.
  for (const std::string& id : called_back)
    if (id != "main") MarkCalledBack(id);
  for (const AliasFact& each : program_.aliases)
    if (called_back.contains(each.name) && each.target != "main")
      MarkCalledBack(each.target);
  for (const std::string& id : program_.targets.called_from_outside)
    if (!IsOnlyStarted(id)) MarkCalledBack(id);
  for (const std::string& id : program_.kept) {
    MarkCalledBack(id);
    MarkPointed(id);
  }
  for (const std::string& id : program_.destructors) MarkCalledBack(id);
  std::vector<std::string> entries = program_.constructors;
  entries.insert(entries.begin(), "main");
  for (const std::string& id : entries)
    if (const auto found = numbers_.find(id); found != numbers_.end())
      graph_.entries.push_back(found->second);
}

// A call that nobody resolved leads to what its own targets are, which have
// edges, and to what code outside was told (see CallTargets): not to all whose
// address is taken.
void ProgramPhases::ForgetUntold() {
  for (PhaseFunction& function : graph_.functions)
    function.pointed &= function.called_back;
}

void ProgramPhases::AddChains() {
  before_.assign(ids_.size(), kNowhere);
  const auto main = numbers_.find("main");
  if (main == numbers_.end()) return;
  std::deque<uint32_t> waiting{main->second};
  before_[main->second] = main->second;
  const auto add = [&](uint32_t callee, uint32_t caller) {
    if (before_[callee] != kNowhere) return;
    before_[callee] = caller;
    waiting.push_back(callee);
  };
  bool any = false;
  while (!waiting.empty()) {
    const uint32_t function = waiting.front();
    waiting.pop_front();
    for (const PhaseNode& node : graph_.functions[function].nodes) {
      for (const uint32_t callee : node.callees) add(callee, function);
      if (!node.calls_any || std::exchange(any, true)) continue;
      for (uint32_t f = 0; f < ids_.size(); ++f)
        if (graph_.functions[f].pointed) add(f, function);
    }
  }
}

std::vector<std::string> ProgramPhases::ChainTo(uint32_t function) const {
  std::vector<std::string> chain;
  if (before_[function] == kNowhere) return chain;
  for (chain = {ids_[function]}; before_[function] != function;
       function = before_[function])
    chain.push_back(ids_[before_[function]]);
  std::ranges::reverse(chain);
  return chain;
}

}  // namespace bailey::analyzer
