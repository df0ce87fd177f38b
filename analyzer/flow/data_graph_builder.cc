// From the steps of each function to edges, and where the program is entered.
// Calls are in data_calls.cc.
#include "analyzer/flow/data_graph_builder.h"

#include <algorithm>

#include "analyzer/flow/program.h"

namespace bailey::analyzer {

void DataGraphBuilder::Build(const CallRoots& roots) {
  graph_.unknown = graph_.New();
  for (Node& each : graph_.states) each = graph_.New();
  IndexCalls();
  AddUnits();
  AddSites(roots);
  for (uint32_t i = 0; i < graph_.functions.size(); ++i) AddFunction(i);
  for (size_t unit = 0; unit < program_.data_flows.size(); ++unit)
    for (const DataStep& step : program_.data_flows[unit].initial)
      AddInitial(unit, step);
  AddEntries(roots);
  parameters_.Connect();
  memory_.ConnectUnknown();
}

void DataGraphBuilder::IndexCalls() {
  for (const LinkedSymbol& symbol : linker_.symbols()) {
    symbols_[symbol.id] = &symbol;
    if (symbol.object != PointsTo::kUnknown)
      by_object_[symbol.object] = &symbol;
    if (symbol.is_function && symbol.is_external)
      has_channel_ |= MakesChannel(symbol.id);
  }
  for (const LinkedCall& call : linker_.calls()) {
    if (call.facts->number < 0) continue;
    Targets& targets = targets_[{call.unit, call.facts->number}];
    targets.is_known = true;
    targets.symbols.insert(call.targets.begin(), call.targets.end());
    targets.may_be_unknown |= call.may_be_unknown;
  }
}

// Code that is never reached takes data nowhere.
void DataGraphBuilder::AddUnits() {
  for (size_t unit = 0; unit < program_.data_flows.size(); ++unit) {
    const UnitDataFlow& facts = program_.data_flows[unit];
    graph_.unit_begins.push_back(static_cast<uint32_t>(graph_.size()));
    graph_.unit_sizes.push_back(facts.node_count);
    std::vector<uint32_t> owners(facts.node_count, DataGraph::kNone);
    for (const FunctionDataFlow& each : facts.functions) {
      const auto number = static_cast<uint32_t>(graph_.functions.size());
      const DataNode end = std::min(each.end, facts.node_count);
      for (DataNode node = each.first; node < end; ++node)
        owners[node] = number;
      functions_[{unit, each.id}] = number;
      graph_.functions.push_back({each.id, unit, &each, true});
    }
    for (const DataConstant& each : facts.constants)
      if (each.node < owners.size()) owners[each.node] = DataGraph::kNone;
    for (const uint32_t owner : owners) graph_.New(owner);
    for (const DataConstant& each : facts.constants) {
      Node& all = graph_.numbers[each.value];
      if (all == 0) all = graph_.New();
      graph_.Connect(all, graph_.NodeOf(unit, each.node));
      graph_.Connect(graph_.NodeOf(unit, each.node), all);
    }
  }
  // Descriptor 0 is what stdin reads from.
  if (const auto input = graph_.numbers.find(0); input != graph_.numbers.end())
    graph_.Connect(input->second,
                   graph_.states[static_cast<size_t>(LibraryState::kInput)]);
}

bool DataGraphBuilder::IsEntered(uint32_t function) const {
  const auto symbol = symbols_.find(graph_.functions[function].id);
  return symbol == symbols_.end() || symbol->second->is_entered;
}

// Who calls each function, and whether that is all.
void DataGraphBuilder::AddSites(const CallRoots& roots) {
  for (DataFunction& each : graph_.functions) {
    const auto symbol = symbols_.find(each.id);
    const FunctionConstraints* facts = nullptr;
    bool is_open = each.id == "main" || roots.functions.contains(each.id);
    if (symbol != symbols_.end()) {
      is_open |= symbol->second->from_outside || symbol->second->called_back;
      for (const LinkedSymbol::Body& body : symbol->second->bodies)
        if (body.unit == each.unit) facts = body.facts;
    }
    each.is_open = is_open || facts == nullptr;
    parameters_.AddFunction(facts, is_open);
  }
  for (uint32_t i = 0; i < graph_.functions.size(); ++i)
    if (IsEntered(i)) AddSitesOf(i);
  for (const DataSite& site : graph_.sites) parameters_.AddSite(site);
  parameters_.Finish();
}

void DataGraphBuilder::AddSitesOf(uint32_t function) {
  const DataFunction& each = graph_.functions[function];
  for (const DataCall& call : each.facts->calls) {
    const auto number = static_cast<uint32_t>(sites_.size() + 1);
    sites_[&call] = number;
    if (call.is_opaque) continue;
    for (const LinkedSymbol* symbol : TargetsOf(each.unit, call).symbols)
      for (const LinkedSymbol::Body& body : symbol->bodies)
        if (const auto callee = functions_.find({body.unit, symbol->id});
            callee != functions_.end())
          graph_.sites.push_back({number, function, callee->second, &call});
  }
}

void DataGraphBuilder::AddFunction(uint32_t function) {
  if (!IsEntered(function)) return;
  const DataFunction& each = graph_.functions[function];
  AddOwnUses(function);
  for (const DataStep& step : each.facts->steps) AddStep(function, step);
  for (const ExternalRead& read : each.facts->external_reads)
    AddExternalRead(function, read);
  for (const DataCall& call : each.facts->calls) AddCall(function, call);
}

// Who gets it has it, whatever becomes of it there.
void DataGraphBuilder::AddOwnUses(uint32_t function) {
  const DataFunction& each = graph_.functions[function];
  const uint32_t first = each.facts->places.size() > 1 ? 1 : 0;
  const auto use = [&](DataNode value) {
    if (const Node node = graph_.NodeOf(each.unit, value); node != 0)
      graph_.uses.push_back({node, DataUseKind::kUse, function, first, 0});
  };
  for (const DataNode parameter : each.facts->integers) use(parameter);
  for (const DataNode parameter : each.facts->floats) use(parameter);
  use(each.facts->result);
}

void DataGraphBuilder::AddUse(const Site& site, Node node, DataUseKind kind) {
  if (node != 0)
    graph_.uses.push_back(
        {node, kind, site.function, site.facts->place, site.callee});
}

void DataGraphBuilder::AddStep(uint32_t function, const DataStep& step) {
  const size_t unit = graph_.functions[function].unit;
  const Node to = graph_.NodeOf(unit, step.to);
  const Node from = graph_.NodeOf(unit, step.from);
  const Node control = graph_.NodeOf(unit, step.control);
  const auto use = [&](Node node, DataUseKind kind) {
    if (node != 0) graph_.uses.push_back({node, kind, function, step.place, 0});
  };
  switch (step.kind) {
    case DataStepKind::kCopy:
      return graph_.Connect(from, to);
    case DataStepKind::kControl:
      return graph_.Connect(from, to, DataEdgeKind::kDecide);
    case DataStepKind::kLoad:
      graph_.Connect(from, to);  // a table that is looked up in
      if (step.source != kNoValue)
        graph_.Connect(Read(function, step.source, step.size), to);
      return use(to, DataUseKind::kUse);
    case DataStepKind::kStore: {
      const Node memory = Written(function, step.target, step.size);
      graph_.Connect(from, memory);
      graph_.Connect(to, memory);  // where it is tells something, too
      graph_.Connect(control, memory, DataEdgeKind::kDecide);
      return use(from, DataUseKind::kCopy);
    }
    case DataStepKind::kMove: {
      const Node moved = graph_.New(function);
      if (step.source != kNoValue)
        graph_.Connect(Read(function, step.source, step.size), moved);
      graph_.Connect(from, moved);
      graph_.Connect(moved, Written(function, step.target, step.size));
      graph_.Connect(control, moved, DataEdgeKind::kDecide);
      return use(moved, DataUseKind::kCopy);
    }
  }
}

void DataGraphBuilder::AddInitial(size_t unit, const DataStep& step) {
  graph_.Connect(graph_.NodeOf(unit, step.from),
                 memory_.Written(Pointer(unit, step.target), 0));
}

void DataGraphBuilder::AddExternalRead(uint32_t function,
                                       const ExternalRead& read) {
  const Node to = graph_.NodeOf(graph_.functions[function].unit, read.to);
  const auto state = [&](LibraryState which) {
    graph_.Connect(graph_.states[static_cast<size_t>(which)], to);
  };
  if (read.symbol == "stdin") state(LibraryState::kInput);
  if (read.symbol == "environ" || read.symbol == "__environ" ||
      read.symbol == "_environ") {
    state(LibraryState::kEnvironment);
    state(LibraryState::kBlock);
  }
}

// What calls from outside pass and get back. The third parameter of main and of
// constructors is the environment, which is behind the end of the second, too.
void DataGraphBuilder::AddEntries(const CallRoots& roots) {
  const Node block = graph_.states[static_cast<size_t>(LibraryState::kBlock)];
  for (const DataFunction& each : graph_.functions) {
    const std::vector<DataNode>& parameters = each.facts->integers;
    const bool is_main = each.id == "main";
    if (is_main || roots.functions.contains(each.id)) {
      if (parameters.size() > 1)
        graph_.Connect(block, graph_.NodeOf(each.unit, parameters[1]),
                       DataEdgeKind::kAssumed);
      if (parameters.size() > 2)
        graph_.Connect(block, graph_.NodeOf(each.unit, parameters[2]),
                       is_main ? DataEdgeKind::kMove : DataEdgeKind::kAssumed);
    }
    const auto symbol = symbols_.find(each.id);
    if (symbol == symbols_.end() || !symbol->second->from_outside) continue;
    for (const auto* list : {&each.facts->integers, &each.facts->floats})
      for (const DataNode parameter : *list)
        graph_.Connect(graph_.unknown, graph_.NodeOf(each.unit, parameter),
                       DataEdgeKind::kAssumed);
    graph_.Connect(graph_.NodeOf(each.unit, each.facts->result),
                   graph_.unknown);
  }
}

DataGraph BuildDataGraph(const Program& program, const CallRoots& roots) {
  DataGraph graph;
  if (program.data_flows.empty()) return graph;
  ConstraintLinker linker(program, roots, {});
  linker.Solve();
  DataGraphBuilder(program, linker, graph).Build(roots);
  return graph;
}

SourceSite DataGraph::SiteOf(uint32_t function, uint32_t place) const {
  const FunctionDataFlow& facts = *functions[function].facts;
  SourceSite site;
  site.function = functions[function].id;
  if (place == 0 || place >= facts.places.size()) return site;
  const CodePosition& at = facts.places[place];
  if (at.file < facts.files.size()) site.file = facts.files[at.file];
  site.line = static_cast<int>(at.line);
  site.column = static_cast<int>(at.column);
  return site;
}

}  // namespace bailey::analyzer
