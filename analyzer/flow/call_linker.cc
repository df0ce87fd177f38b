// What calls lead to: functions of the program, libraries, unknown code.
#include <algorithm>

#include "analyzer/flow/constraint_linker.h"

namespace bailey::analyzer {
namespace {

// Null, or a small number in its place. Other constants may be data that is
// called.
bool IsNull(const PointerArgument& argument) {
  constexpr uint64_t kFirstPage = 4096;
  return argument.value == kNoValue && argument.is_constant &&
         argument.constant < kFirstPage;
}

}  // namespace

void ConstraintLinker::AddCall(size_t unit, const PointerCall& facts) {
  LinkedCall& call = calls_.emplace_back();
  call.unit = unit;
  call.facts = &facts;
  const Node callee = NodeOf(unit, facts.callee);
  if (callee == PointsTo::kUnknownNode) return LeadToUnknown(call);
  if (callee == nothing_) return;  // null
  solver_.Watch(callee,
                [this, &call](PointsTo::Target target) { Lead(call, target); });
}

void ConstraintLinker::Lead(LinkedCall& call, PointsTo::Target target) {
  if (target.object == PointsTo::kUnknown) return LeadToUnknown(call);
  LinkedSymbol* const found = SymbolOf(target.object);
  if (found == nullptr || !found->is_function) {
    call.may_be_data = true;
    if (makes_code_) LeadToUnknown(call);
    return;
  }
  LinkedSymbol& symbol = *found;
  if (!Fits(*call.facts, symbol)) {
    call.misfits.insert(&symbol);
    return;
  }
  if (call.targets.insert(&symbol).second) Connect(call, symbol);
}

void ConstraintLinker::LeadToUnknown(LinkedCall& call) {
  if (!std::exchange(call.may_be_unknown, true)) ConnectUnknown(call);
}

// Numbers that are narrower than a pointer cannot be told here from others.
void ConstraintLinker::EscapeArguments(const LinkedCall& call) {
  for (const PointerArgument& each : call.facts->integers)
    solver_.AddCopy(PointsTo::kUnknownNode, NodeOf(call.unit, each.value));
  for (const ValueNumber each : call.facts->floats)
    solver_.AddCopy(PointsTo::kUnknownNode, NodeOf(call.unit, each));
}

void ConstraintLinker::Connect(LinkedCall& call, LinkedSymbol& symbol) {
  Enter(symbol);
  for (const LinkedSymbol::Body& body : symbol.bodies) ConnectBody(call, body);
  if (symbol.is_external) return ConnectLibrary(call, symbol.id);
  if (symbol.bodies.empty()) ConnectUnknown(call);  // an ifunc
}

void ConstraintLinker::ConnectUnknown(const LinkedCall& call) {
  EscapeArguments(call);
  solver_.AddCopy(NodeOf(call.unit, call.facts->result),
                  PointsTo::kUnknownNode);
}

// What is passed beyond the parameters lies where va_arg finds it.
void ConstraintLinker::ConnectBody(const LinkedCall& call,
                                   const LinkedSymbol::Body& body) {
  const FunctionConstraints& to = *body.facts;
  const PointsTo::Object area = to.variadic_area < objects_[body.unit].size()
                                    ? objects_[body.unit][to.variadic_area]
                                    : PointsTo::kUnknown;
  const auto pass = [&](Node value, size_t index,
                        const std::vector<ValueNumber>& parameters) {
    if (value == nothing_) return;
    if (index < parameters.size())
      solver_.AddCopy(NodeOf(body.unit, parameters[index]), value);
    else if (to.is_variadic)
      solver_.AddContentAnywhere(area, value);
  };
  for (size_t i = 0; i < call.facts->integers.size(); ++i) {
    const PointerArgument& each = call.facts->integers[i];
    const Node value = NodeOf(call.unit, each.value);
    pass(value, i, to.integers);
    if (!each.is_block || i < to.integers.size() || value == nothing_) continue;
    const Node copy = solver_.NewNode();
    solver_.AddAddress(copy, area);
    solver_.AddBlockCopy(Within(copy), value, 0);
  }
  for (size_t i = 0; i < call.facts->floats.size(); ++i)
    pass(NodeOf(call.unit, call.facts->floats[i]), i, to.floats);
  const Node result = NodeOf(call.unit, call.facts->result);
  if (result != nothing_) solver_.AddCopy(result, NodeOf(body.unit, to.result));
}

PointsTo::Node ConstraintLinker::Within(Node node) {
  const Node within = solver_.NewNode();
  solver_.AddElement(within, node, 0, 1, 0);
  return within;
}

PointsTo::Node ConstraintLinker::Argument(const LinkedCall& call,
                                          int index) const {
  const auto at = static_cast<size_t>(index);
  if (index < 0 || at >= call.facts->integers.size()) return nothing_;
  return NodeOf(call.unit, call.facts->integers[at].value);
}

PointsTo::Node ConstraintLinker::Fresh(LinkedCall& call) {
  if (call.fresh == 0) {
    call.fresh = solver_.NewNode();
    solver_.AddAddress(call.fresh, solver_.NewObject(0));
  }
  return call.fresh;
}

// Leaves out what would write its result where nobody made room for one. Too
// few arguments exclude nothing: who does not look at the rest runs well.
bool ConstraintLinker::Fits(const PointerCall& call,
                            const LinkedSymbol& symbol) const {
  if (!options_.filter_by_type || call.is_direct || symbol.is_external)
    return true;
  if (symbol.bodies.empty()) return true;
  return std::ranges::any_of(
      symbol.bodies, [&](const LinkedSymbol::Body& body) {
        return !body.facts->returns_in_memory || call.returns_in_memory;
      });
}

// A function that is entered by its callers alone, of which each passes null.
bool ConstraintLinker::IsNullIn(const LinkedSymbol& symbol,
                                size_t parameter) const {
  if (symbol.from_outside || symbol.called_back) return false;
  return std::ranges::all_of(calls_, [&](const LinkedCall& call) {
    if (!call.targets.contains(&symbol)) return true;
    const auto& arguments = call.facts->integers;
    return parameter < arguments.size() && IsNull(arguments[parameter]);
  });
}

// Calls a parameter of its function that is null in all calls of that: a hook
// that nobody uses. It is never called, wherever other pointers go.
bool ConstraintLinker::IsNullParameter(const LinkedCall& call) const {
  for (const LinkedSymbol& symbol : symbols_)
    for (const LinkedSymbol::Body& body : symbol.bodies) {
      if (body.unit != call.unit) continue;
      const auto& parameters = body.facts->integers;
      const auto found = std::ranges::find(parameters, call.facts->callee);
      if (found != parameters.end())
        return IsNullIn(symbol, static_cast<size_t>(
                                    std::distance(parameters.begin(), found)));
    }
  return false;
}

// A call that nothing was found for may lead to any function whose address the
// program takes: its pointer came by a way that is not followed, or is null.
void ConstraintLinker::AddFallback() {
  bool is_needed = false;
  for (LinkedCall& call : calls_) {
    const bool found = !call.targets.empty() || call.may_be_unknown;
    if (found || call.facts->is_direct || call.facts->callee == kNoValue)
      continue;
    if (IsNullParameter(call)) continue;
    LeadToUnknown(call);
    is_needed = true;
  }
  if (!is_needed) return;
  for (const FlowFunction& each : program_.flow.functions)
    if (const auto symbol = by_id_.find(each.id);
        each.address_taken && symbol != by_id_.end())
      solver_.AddAddress(PointsTo::kUnknownNode, symbol->second->object);
}

}  // namespace bailey::analyzer
