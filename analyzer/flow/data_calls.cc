// Calls in a data graph: what is passed to functions of the program, what
// functions of libraries do with what they get, and calls of which nothing is
// known.
#include <algorithm>

#include "analyzer/flow/data_graph_builder.h"
#include "analyzer/flow/library_effects.h"
#include "analyzer/flow/program.h"

namespace bailey::analyzer {

uint32_t DataGraphBuilder::NameOf(const std::string& name) {
  const auto [found, added] =
      names_.try_emplace(name, static_cast<uint32_t>(graph_.names.size()));
  if (added) graph_.names.push_back(name);
  return found->second;
}

DataGraphBuilder::Targets DataGraphBuilder::TargetsOf(
    size_t unit, const DataCall& call) const {
  if (const auto known = targets_.find({unit, call.number});
      call.number >= 0 && known != targets_.end())
    return known->second;
  Targets targets;
  if (const auto symbol = symbols_.find(call.to); symbol != symbols_.end()) {
    targets.symbols.insert(symbol->second);
    targets.is_known = true;
  }
  return targets;
}

void DataGraphBuilder::AddCall(uint32_t function, const DataCall& call) {
  const size_t unit = graph_.functions[function].unit;
  Site site{function, unit, &call, 0, sites_.at(&call)};
  for (size_t i = 0; i < call.integers.size(); ++i) {
    const DataArgument& each = call.integers[i];
    AddUse(site, graph_.NodeOf(unit, each.node), DataUseKind::kUse);
    if (!HasMemory(site, each)) continue;
    const Node behind = Read(site, each);
    AddUse(site, behind, DataUseKind::kUse);
    graph_.behind.push_back({site.number, static_cast<int>(i), behind});
  }
  for (const DataNode each : call.floats)
    AddUse(site, graph_.NodeOf(unit, each), DataUseKind::kUse);
  const auto mix_as = [&](std::string_view callee) {
    Site named = site;
    named.callee = NameOf(std::string(callee));
    Mix(named);
  };
  if (call.is_opaque) return mix_as(kAssemblyCallee);
  const Targets targets = TargetsOf(unit, call);
  if (!targets.is_known || targets.may_be_unknown) mix_as(kUnknownOwner);
  for (const LinkedSymbol* symbol : targets.symbols) Pass(site, *symbol);
}

void DataGraphBuilder::Pass(const Site& site, const LinkedSymbol& symbol) {
  for (const LinkedSymbol::Body& body : symbol.bodies) {
    const auto callee = functions_.find({body.unit, symbol.id});
    if (callee != functions_.end()) PassTo(site, body, callee->second);
  }
  if (symbol.is_external) CallLibrary(site, symbol.id);
}

// What is passed beyond the parameters lies where va_arg finds it.
void DataGraphBuilder::PassTo(const Site& site, const LinkedSymbol::Body& body,
                              uint32_t callee) {
  const FunctionDataFlow& to = *graph_.functions[callee].facts;
  const auto pass = [&](Node value, size_t index,
                        const std::vector<DataNode>& parameters) {
    if (index < parameters.size())
      graph_.Enter(value, graph_.NodeOf(body.unit, parameters[index]),
                   site.number,
                   &parameters == &to.floats ? kMostParametersApart : index);
    else
      graph_.Connect(value, memory_.WrittenTo(linker_.ObjectOf(
                                body.unit, body.facts->variadic_area)));
  };
  for (size_t i = 0; i < site.facts->integers.size(); ++i) {
    const DataArgument& each = site.facts->integers[i];
    pass(graph_.NodeOf(site.unit, each.node), i, to.integers);
    // A block that is passed whole lies there as well.
    if (i >= to.integers.size() && HasMemory(site, each))
      graph_.Connect(Read(site, each),
                     memory_.WrittenTo(linker_.ObjectOf(
                         body.unit, body.facts->variadic_area)));
  }
  for (size_t i = 0; i < site.facts->floats.size(); ++i)
    pass(graph_.NodeOf(site.unit, site.facts->floats[i]), i, to.floats);
  graph_.Leave(graph_.NodeOf(body.unit, to.result),
               graph_.NodeOf(site.unit, site.facts->result), site.number);
  graph_.Enter(graph_.NodeOf(site.unit, site.facts->control),
               graph_.NodeOf(body.unit, to.entry), site.number,
               kMostParametersApart, DataEdgeKind::kDecide);
}

void DataGraphBuilder::CallLibrary(Site site, const std::string& name) {
  site.callee = NameOf(name);
  graph_.calls.push_back({site.function, site.facts, name});
  CallBack(site, name);
  const DataEffect* effect = DataEffectOf(name);
  if (effect == nullptr) return Mix(site);
  for (const DataRule& rule : effect->rules) Apply(site, rule);
}

// What a library's function calls for the program gets what it was given.
void DataGraphBuilder::CallBack(const Site& site, const std::string& name) {
  const LibraryEffect* effect = EffectOf(name);
  if (effect == nullptr) return;
  const auto& arguments = site.facts->integers;
  for (const EffectStep& step : *effect) {
    if (step.kind != EffectKind::kCall && step.kind != EffectKind::kCallIn)
      continue;
    if (step.a < 0 || static_cast<size_t>(step.a) >= arguments.size()) continue;
    const DataArgument& function = arguments[static_cast<size_t>(step.a)];
    linker_.solver().ForEachTarget(
        Behind(site, function), [&](PointsTo::Target target) {
          const auto symbol = by_object_.find(target.object);
          if (symbol == by_object_.end()) return;
          for (const LinkedSymbol::Body& body : symbol->second->bodies) {
            const auto callee =
                functions_.find({body.unit, symbol->second->id});
            if (callee == functions_.end()) continue;
            const FunctionDataFlow& to =
                *graph_.functions[callee->second].facts;
            size_t parameter = 0;
            for (const int index : {step.b, step.c}) {
              const size_t place = parameter++;
              if (index < 0 || static_cast<size_t>(index) >= arguments.size() ||
                  place >= to.integers.size())
                continue;
              graph_.Connect(
                  graph_.NodeOf(site.unit,
                                arguments[static_cast<size_t>(index)].node),
                  graph_.NodeOf(body.unit, to.integers[place]));
            }
            graph_.Connect(graph_.NodeOf(site.unit, site.facts->control),
                           graph_.NodeOf(body.unit, to.entry),
                           DataEdgeKind::kDecide);
            // pthread_join has it.
            graph_.Connect(
                graph_.NodeOf(body.unit, to.result),
                graph_.states[static_cast<size_t>(LibraryState::kThread)]);
          }
        });
  }
}

bool DataGraphBuilder::HasMemory(const Site& site,
                                 const DataArgument& argument) const {
  if (argument.pointer == kNoValue) return false;
  if (argument.is_pointer) return true;
  bool points = false;
  linker_.solver().ForEachTarget(Behind(site, argument),
                                 [&](PointsTo::Target) { points = true; });
  return points;
}

// All that it gets goes to all that it can write, and what a descriptor gives
// may come with it. That what is declared const is not written is assumed. What
// it gets is told from what it may know already: only the former is given away
// here.
void DataGraphBuilder::Mix(const Site& site) {
  const Node given = graph_.New(site.function);
  const Node mixed = graph_.New(site.function);
  graph_.Connect(given, mixed);
  graph_.Connect(graph_.NodeOf(site.unit, site.facts->control), given,
                 DataEdgeKind::kDecide);
  graph_.mixtures[{site.function, site.facts}] = mixed;
  const auto give = [&](Node to) {
    graph_.Connect(mixed, to);
    graph_.Connect(mixed, to, DataEdgeKind::kReveal);
  };
  const auto promised = program_.prototypes.find(graph_.names[site.callee]);
  const uint64_t read_only =
      promised == program_.prototypes.end() ? 0 : promised->second.read_only;
  for (size_t i = 0; i < site.facts->integers.size(); ++i) {
    const DataArgument& each = site.facts->integers[i];
    const bool is_read_only = i < 64 && (read_only >> i & 1) != 0;
    graph_.Connect(graph_.NodeOf(site.unit, each.node), given);
    if (!HasMemory(site, each)) continue;
    const PointsTo::Node behind = Behind(site, each);
    graph_.Connect(Read(site, each), given);
    graph_.Connect(memory_.ReadWithin(behind), given, DataEdgeKind::kAssumed);
    if (is_read_only)
      graph_.Connect(mixed, Written(site, each), DataEdgeKind::kAssumed);
    else
      give(Written(site, each));
    const Node within = memory_.WrittenWithin(behind);
    graph_.Connect(mixed, within, DataEdgeKind::kAssumed);
  }
  for (const DataNode each : site.facts->floats)
    graph_.Connect(graph_.NodeOf(site.unit, each), given);
  give(graph_.NodeOf(site.unit, site.facts->result));
  graph_.Connect(graph_.unknown, mixed, DataEdgeKind::kAssumed);
  graph_.Connect(mixed, graph_.unknown);
  AddUse(site, given, DataUseKind::kUnknown);
}

DataGraphBuilder::Nodes DataGraphBuilder::Sources(const Site& site,
                                                  const DataPlace& place) {
  const DataCall& call = *site.facts;
  Nodes nodes;
  const auto value = [&](const DataArgument& each) {
    nodes.push_back(graph_.NodeOf(site.unit, each.node));
    if (each.symbol == "_ZSt3cin" || each.symbol == "_ZSt4wcin")
      nodes.push_back(graph_.states[static_cast<size_t>(LibraryState::kInput)]);
  };
  const auto behind = [&](const DataArgument& each) {
    if (HasMemory(site, each)) nodes.push_back(Read(site, each));
  };
  switch (place.kind) {
    case DataPlaceKind::kState:
      return {graph_.states[static_cast<size_t>(place.state)]};
    case DataPlaceKind::kResult:
    case DataPlaceKind::kBehindResult:
      return {graph_.NodeOf(site.unit, call.result)};
    case DataPlaceKind::kRest:
      for (size_t i = place.argument; i < call.integers.size(); ++i) {
        value(call.integers[i]);
        behind(call.integers[i]);
      }
      for (const DataNode each : call.floats)
        nodes.push_back(graph_.NodeOf(site.unit, each));
      return nodes;
    case DataPlaceKind::kValue:
    case DataPlaceKind::kBehind:
    case DataPlaceKind::kWithin:
      break;
  }
  if (place.argument >= call.integers.size()) return nodes;
  const DataArgument& argument = call.integers[place.argument];
  value(argument);
  if (place.kind == DataPlaceKind::kBehind) behind(argument);
  if (place.kind == DataPlaceKind::kWithin && HasMemory(site, argument))
    nodes.push_back(memory_.ReadWithin(Behind(site, argument)));
  return nodes;
}

DataGraphBuilder::Nodes DataGraphBuilder::Destinations(const Site& site,
                                                       const DataPlace& place) {
  const DataCall& call = *site.facts;
  Nodes nodes;
  switch (place.kind) {
    case DataPlaceKind::kState:
      return {graph_.states[static_cast<size_t>(place.state)]};
    case DataPlaceKind::kResult:
      return {graph_.NodeOf(site.unit, call.result)};
    case DataPlaceKind::kBehindResult:
      if (call.result_pointer != kNoValue)
        nodes.push_back(Written(site.function, call.result_pointer, 0));
      return nodes;
    case DataPlaceKind::kRest:
      for (size_t i = place.argument; i < call.integers.size(); ++i)
        if (HasMemory(site, call.integers[i]))
          nodes.push_back(Written(site, call.integers[i]));
      return nodes;
    case DataPlaceKind::kValue:
    case DataPlaceKind::kBehind:
    case DataPlaceKind::kWithin:
      break;
  }
  if (place.argument >= call.integers.size()) return nodes;
  const DataArgument& argument = call.integers[place.argument];
  if (place.kind == DataPlaceKind::kValue)
    return {graph_.NodeOf(site.unit, argument.node)};
  if (!HasMemory(site, argument)) return nodes;
  nodes.push_back(place.kind == DataPlaceKind::kBehind
                      ? Written(site, argument)
                      : memory_.WrittenWithin(Behind(site, argument)));
  return nodes;
}

void DataGraphBuilder::Apply(const Site& site, const DataRule& rule) {
  const Node through = graph_.New(site.function);
  for (const Node each : Sources(site, rule.from))
    graph_.Connect(each, through);
  // That it is called at all tells something.
  graph_.Connect(graph_.NodeOf(site.unit, site.facts->control), through,
                 DataEdgeKind::kDecide);
  const Node channel =
      graph_.states[static_cast<size_t>(LibraryState::kChannel)];
  switch (rule.kind) {
    case DataRuleKind::kMove:
      for (const Node each : Destinations(site, rule.to))
        graph_.Connect(through, each);
      if (rule.to.kind != DataPlaceKind::kResult &&
          rule.to.kind != DataPlaceKind::kValue)
        AddUse(site, through, DataUseKind::kCopy);
      return;
    case DataRuleKind::kRead: {
      // A stream may lie in memory, as C++'s do.
      if (rule.from.kind == DataPlaceKind::kValue &&
          rule.from.argument < site.facts->integers.size()) {
        const DataArgument& stream = site.facts->integers[rule.from.argument];
        if (HasMemory(site, stream))
          graph_.Connect(Read(site, stream), through);
      }
      if (has_channel_)
        graph_.Connect(channel, through, DataEdgeKind::kAssumed);
      for (const Node each : Destinations(site, rule.to)) {
        graph_.Connect(through, each, DataEdgeKind::kReveal);
      }
      return AddUse(site, through, DataUseKind::kRead);
    }
    case DataRuleKind::kLeave:
      graph_.Connect(through, channel);
      return AddUse(site, through, DataUseKind::kSink);
    case DataRuleKind::kDrain: {
      const Node given = graph_.New(site.function);
      graph_.Connect(through, given, DataEdgeKind::kReveal);
      graph_.Connect(given, channel);
      AddUse(site, through, DataUseKind::kRead);
      return AddUse(site, given, DataUseKind::kSink);
    }
  }
}

}  // namespace bailey::analyzer
