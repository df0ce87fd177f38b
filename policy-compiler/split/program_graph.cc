#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {
namespace {

template <class Map>
auto Find(const Map& map, std::string_view id) {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : found->second;
}

template <class Map>
const auto& FindList(const Map& map, std::string_view id) {
  static const typename Map::mapped_type kNone;
  const auto found = map.find(id);
  return found == map.end() ? kNone : found->second;
}

// What the compiler makes of a C++ unit to initialize its globals before
// `main`. Each portion has its own, for those that it has: what initializes one
// goes where that is.
bool IsUnitStart(std::string_view id) {
  return id.substr(id.rfind(':') + 1).starts_with("_GLOBAL__sub_I_");
}

}  // namespace

ProgramGraph::ProgramGraph(const Flow& flow) : flow_(flow) {
  for (const FlowUnit& unit : flow.units) unit_files_.insert(unit.file);
  for (const FlowFunction& function : flow.functions) {
    functions_[function.id] = &function;
  }
  for (const FlowGlobal& global : flow.globals) {
    globals_[global.id] = &global;
    if (!global.function.empty()) {
      static_locals_[global.function].push_back(global.id);
    }
  }
  for (const FlowEdge& edge : flow.edges) {
    // Placement goes by who uses what; data may go through what others hold.
    if (edge.kind == EdgeKind::kData || IsUnitStart(edge.from)) continue;
    const bool is_inside = Function(edge.to) || Global(edge.to);
    if (edge.external || !is_inside) {
      external_[edge.from].push_back(&edge);
    } else {
      from_[edge.from].push_back(&edge);
      to_[edge.to].push_back(&edge);
    }
  }
  FindState();
}

const FlowFunction* ProgramGraph::Function(std::string_view id) const {
  return Find(functions_, id);
}

const FlowGlobal* ProgramGraph::Global(std::string_view id) const {
  return Find(globals_, id);
}

std::vector<const FlowFunction*> ProgramGraph::FunctionsNamed(
    std::string_view name) const {
  std::vector<const FlowFunction*> found;
  for (const FlowFunction& function : flow_.functions) {
    if (function.id == name) return {&function};
    if (IsNamed(function, name)) found.push_back(&function);
  }
  return found;
}

std::vector<const FlowGlobal*> ProgramGraph::GlobalsNamed(
    std::string_view name) const {
  std::vector<const FlowGlobal*> found;
  for (const FlowGlobal& global : flow_.globals) {
    if (global.id == name) return {&global};
    if (global.name == name) found.push_back(&global);
  }
  return found;
}

const std::vector<const FlowEdge*>& ProgramGraph::From(
    std::string_view id) const {
  return FindList(from_, id);
}

const std::vector<const FlowEdge*>& ProgramGraph::To(
    std::string_view id) const {
  return FindList(to_, id);
}

const std::vector<const FlowEdge*>& ProgramGraph::External(
    std::string_view id) const {
  return FindList(external_, id);
}

const std::vector<std::string>& ProgramGraph::StaticLocals(
    std::string_view function) const {
  return FindList(static_locals_, function);
}

bool ProgramGraph::IsState(std::string_view id) const {
  return state_.contains(id) && !IsSeparate(id) && !IsPassed(id);
}

void ProgramGraph::MakeSeparate(std::string_view id) { separate_.emplace(id); }

bool ProgramGraph::IsSeparate(std::string_view id) const {
  return separate_.contains(id);
}

bool ProgramGraph::IsInUnit(std::string_view id) const {
  const FlowFunction* function = Function(id);
  const FlowGlobal* global = Global(id);
  if (function) return unit_files_.contains(function->extent.file);
  return global && unit_files_.contains(global->extent.file);
}

void ProgramGraph::MakePassed(std::string_view id) {
  if (!passed_.emplace(id).second) return;
  const FlowGlobal* global = Global(id);
  if (global == nullptr) return;
  for (const GlobalValue& each : global->values) {
    if (each.kind != GlobalValueKind::kFunction || !Function(each.text))
      continue;
    const FlowEdge& edge = value_edges_.emplace_back(FlowEdge{
        EdgeKind::kAddress,
        global->id,
        each.text,
        false,
        {global->extent.file, global->extent.line, global->extent.column, ""}});
    from_[edge.from].push_back(&edge);
    to_[edge.to].push_back(&edge);
  }
}

bool ProgramGraph::IsPassed(std::string_view id) const {
  return passed_.contains(id);
}

// Mutable objects, then, backwards, constants whose initializers point to them.
void ProgramGraph::FindState() {
  std::vector<std::string> pending;
  const auto add = [&](const std::string& id) {
    if (state_.insert(id).second) pending.push_back(id);
  };
  for (const FlowGlobal& global : flow_.globals) {
    const bool is_fixed = global.is_constant || global.never_written;
    if (!is_fixed || global.is_thread_local) add(global.id);
  }
  while (!pending.empty()) {
    const std::string id = pending.back();
    pending.pop_back();
    for (const FlowEdge* edge : To(id)) {
      if (Global(edge->from)) add(edge->from);
    }
  }
}

}  // namespace bailey::policy
