// What calls lead to: functions of the program, libraries, unknown code.
#include <algorithm>

#include "analyzer/flow/constraint_linker.h"

namespace bailey::analyzer {
namespace {

constexpr uint64_t kProtectExecute = 4;  // PROT_EXEC
constexpr size_t kMapProtection = 2;     // mmap's and mprotect's argument

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
  const auto found = by_object_.find(target.object);
  if (found == by_object_.end() || !found->second->is_function) {
    call.may_be_data = true;
    if (makes_code_) LeadToUnknown(call);
    return;
  }
  LinkedSymbol& symbol = *found->second;
  if (!Fits(*call.facts, symbol)) {
    call.misfits.insert(&symbol);
    return;
  }
  if (call.targets.insert(&symbol).second) Connect(call, symbol);
}

void ConstraintLinker::LeadToUnknown(LinkedCall& call) {
  if (std::exchange(call.may_be_unknown, true)) return;
  EscapeArguments(call);
  solver_.AddCopy(NodeOf(call.unit, call.facts->result),
                  PointsTo::kUnknownNode);
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
  if (symbol.is_external) ConnectLibrary(call, symbol.id);
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

void ConstraintLinker::ConnectLibrary(LinkedCall& call,
                                      const std::string& name) {
  if (name == "mprotect" || name == "pkey_mprotect" || name == "mmap" ||
      name == "mmap64") {
    const auto& arguments = call.facts->integers;
    const bool data =
        arguments.size() > kMapProtection &&
        arguments[kMapProtection].is_constant &&
        (arguments[kMapProtection].constant & kProtectExecute) == 0;
    if (!data) {
      makes_code_ = true;
      for (LinkedCall& each : calls_)
        if (each.may_be_data) LeadToUnknown(each);
    }
  }
  if (const LibraryEffect* effect = EffectOf(name)) {
    for (const EffectStep& step : *effect) ApplyStep(call, step);
    return;
  }
  EscapeArguments(call);
  solver_.AddCopy(NodeOf(call.unit, call.facts->result),
                  PointsTo::kUnknownNode);
}

void ConstraintLinker::ApplyStep(LinkedCall& call, const EffectStep& step) {
  const Node result = NodeOf(call.unit, call.facts->result);
  const Node a = Argument(call, step.a);
  const bool returns =
      step.kind == EffectKind::kNew || step.kind == EffectKind::kOpaque ||
      step.kind == EffectKind::kReturn || step.kind == EffectKind::kReturnIn ||
      step.kind == EffectKind::kCatch || step.kind == EffectKind::kUnknown;
  if (returns ? result == nothing_ : a == nothing_) return;
  switch (step.kind) {
    case EffectKind::kNew:
      return solver_.AddCopy(result, Fresh(call));
    case EffectKind::kOpaque:
      solver_.AddCopy(PointsTo::kUnknownNode, Fresh(call));
      return solver_.AddCopy(result, Fresh(call));
    case EffectKind::kReturn:
      return solver_.AddCopy(result, a);
    case EffectKind::kReturnIn:
      return solver_.AddElement(result, a, 0, 1, 0);
    case EffectKind::kPut:
      return solver_.AddStore(a, Fresh(call), 8);
    case EffectKind::kCopy: {
      const auto at = static_cast<size_t>(step.c);
      const bool known = step.c >= 0 && at < call.facts->integers.size() &&
                         call.facts->integers[at].is_constant;
      return solver_.AddBlockCopy(
          a, Argument(call, step.b),
          known ? call.facts->integers[at].constant : 0);
    }
    case EffectKind::kFill:
      return solver_.AddStore(Within(a), PointsTo::kUnknownNode, 8);
    case EffectKind::kTell: {
      return solver_.AddLoad(PointsTo::kUnknownNode, Within(a), 8);
    }
    case EffectKind::kKeep:
      return solver_.AddCopy(PointsTo::kUnknownNode, a);
    case EffectKind::kCall:
    case EffectKind::kCallIn:
      return CallBack(call, step);
    case EffectKind::kThrow:
      return solver_.AddCopy(exceptions_, a);
    case EffectKind::kCatch:
      solver_.AddCopy(result, exceptions_);
      return solver_.AddCopy(result, PointsTo::kUnknownNode);
    case EffectKind::kUnknown:
      return solver_.AddCopy(result, PointsTo::kUnknownNode);
  }
}

// What a library's function calls for the program. It counts as a call from
// outside as to who is reached, not as to what is passed.
void ConstraintLinker::CallBack(const LinkedCall& call,
                                const EffectStep& step) {
  const bool within = step.kind == EffectKind::kCallIn;
  std::vector<Node> arguments;
  for (const int index : {step.b, step.c}) {
    const Node value = Argument(call, index);
    arguments.push_back(within && value != nothing_ ? Within(value) : value);
  }
  solver_.Watch(
      Argument(call, step.a), [this, arguments](PointsTo::Target target) {
        const auto found = by_object_.find(target.object);
        if (found == by_object_.end() || !found->second->is_function) return;
        LinkedSymbol& symbol = *found->second;
        // A library's function that calls back in turn is not followed so far.
        if (symbol.is_external) return EnterFromOutside(symbol);
        Enter(symbol);
        symbol.called_back = true;
        for (const LinkedSymbol::Body& body : symbol.bodies) {
          for (size_t i = 0; i < arguments.size(); ++i)
            if (i < body.facts->integers.size() && arguments[i] != nothing_)
              solver_.AddCopy(NodeOf(body.unit, body.facts->integers[i]),
                              arguments[i]);
          solver_.AddCopy(PointsTo::kUnknownNode,
                          NodeOf(body.unit, body.facts->result));
        }
      });
}

// Leaves out only what would read an argument that nobody passed, or that
// writes its result where nobody made room. Through a pointer of a type without
// a prototype anything may have been meant.
bool ConstraintLinker::Fits(const PointerCall& call,
                            const LinkedSymbol& symbol) const {
  if (!options_.filter_by_type || call.is_direct || symbol.is_external)
    return true;
  if (symbol.bodies.empty()) return true;
  return std::ranges::any_of(
      symbol.bodies, [&](const LinkedSymbol::Body& body) {
        if (body.facts->returns_in_memory != call.returns_in_memory)
          return false;
        return call.is_variadic ||
               body.facts->integers_read <= call.integers.size();
      });
}

void ConstraintLinker::AddFallback() {
  // Only what unknown code knows can come from there: see EnterFromOutside.
}

}  // namespace bailey::analyzer
