// What calls of library functions do: by the table of their effects, or
// anything at all.
#include <algorithm>
#include <iterator>
#include <optional>

#include "analyzer/flow/constraint_linker.h"

namespace bailey::analyzer {
namespace {

constexpr uint64_t kProtectExecute = 4;  // PROT_EXEC
constexpr size_t kMapProtection = 2;     // mmap's and mprotect's argument
// mmap, mprotect and pkey_mprotect, of x86-64 and then of aarch64.
constexpr uint64_t kMappingCalls[] = {9, 10, 329, 222, 226, 288};

}  // namespace

// Of mmap and mprotect: nothing but a constant without PROT_EXEC is only data.
// What else a number of a system call may mean is not looked at.
bool ConstraintLinker::MayMakeCode(const LinkedCall& call,
                                   const std::string& name) const {
  const auto& arguments = call.facts->integers;
  const auto constant = [&](size_t index) -> std::optional<uint64_t> {
    if (index >= arguments.size() || !arguments[index].is_constant)
      return std::nullopt;
    return arguments[index].constant;
  };
  if (name == "syscall") {
    const auto number = constant(0);
    return !number ||
           std::ranges::find(kMappingCalls, *number) != std::end(kMappingCalls);
  }
  if (name != "mprotect" && name != "pkey_mprotect" && name != "mmap" &&
      name != "mmap64")
    return false;
  const auto protection = constant(kMapProtection);
  return !protection || (*protection & kProtectExecute) != 0;
}

void ConstraintLinker::ConnectLibrary(LinkedCall& call,
                                      const std::string& name) {
  if (MayMakeCode(call, name)) {
    makes_code_ = true;
    for (LinkedCall& each : calls_)
      if (each.may_be_data) LeadToUnknown(each);
  }
  if (not_loaded_ != nullptr) {
    if (name == kNotLoaded) return;
    if (name == "dlsym" || name == "dlvsym") return FindByName(call);
  }
  const LibraryEffect* effect = EffectOf(name);
  if (effect == nullptr) return ConnectUnknown(call);
  for (const EffectStep& step : *effect) ApplyStep(call, step);
}

// The program's own symbols can be found by the handle of the program, by NULL
// and by RTLD_DEFAULT.
void ConstraintLinker::FindByName(const LinkedCall& call) {
  const Node result = NodeOf(call.unit, call.facts->result);
  if (result == nothing_) return;
  for (const PointsTo::Object object : found_by_name_)
    solver_.AddAddress(result, object);
}

void ConstraintLinker::ApplyStep(LinkedCall& call, const EffectStep& step) {
  const Node result = NodeOf(call.unit, call.facts->result);
  const Node a = Argument(call, step.a);
  const bool returns =
      step.kind == EffectKind::kNew || step.kind == EffectKind::kCopyNew ||
      step.kind == EffectKind::kOpaque || step.kind == EffectKind::kReturn ||
      step.kind == EffectKind::kReturnIn || step.kind == EffectKind::kCatch ||
      step.kind == EffectKind::kUnknown;
  if (step.kind == EffectKind::kPrint) return TellFunctions(call, step.a);
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
    case EffectKind::kCopyNew:
      solver_.AddCopy(result, Fresh(call));
      return solver_.AddBlockCopy(Fresh(call), a, 0);
    case EffectKind::kMix: {
      const Node any = solver_.NewNode();
      solver_.AddLoad(any, Within(a), 8);
      return solver_.AddStore(Within(a), any, 8);
    }
    case EffectKind::kFill:
      return solver_.AddStore(Within(a), PointsTo::kUnknownNode, 8);
    case EffectKind::kFillAt: {
      const Node there = solver_.NewNode();
      solver_.AddLoad(there, a, 8);
      return solver_.AddStore(Within(there), PointsTo::kUnknownNode, 8);
    }
    case EffectKind::kTell:
      return solver_.AddLoad(PointsTo::kUnknownNode, Within(a), 8);
    case EffectKind::kPrint:
      return;
    case EffectKind::kPrintList:
      return TellFunctionsIn(HeldBy(a));
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

void ConstraintLinker::TellFunctions(const LinkedCall& call, int first) {
  const auto& arguments = call.facts->integers;
  for (auto i = static_cast<size_t>(first); i < arguments.size(); ++i) {
    const Node value = NodeOf(call.unit, arguments[i].value);
    if (value == nothing_ || value == PointsTo::kUnknownNode) continue;
    TellFunction(value);
    TellFunction(HeldBy(value));  // bytes are printed as text, too
  }
}

// The argument area that a va_list leads to holds the values.
void ConstraintLinker::TellFunctionsIn(Node list) {
  TellFunction(list);
  const Node values = HeldBy(list);
  TellFunction(values);
  TellFunction(HeldBy(values));
}

ConstraintLinker::Node ConstraintLinker::HeldBy(Node pointer) {
  const Node held = solver_.NewNode();
  solver_.AddLoad(held, Within(pointer), 8);
  return held;
}

void ConstraintLinker::TellFunction(Node value) {
  solver_.Watch(value, [this](PointsTo::Target target) {
    const LinkedSymbol* const symbol = SymbolOf(target.object);
    if (symbol != nullptr && symbol->is_function)
      solver_.AddAddress(PointsTo::kUnknownNode, target.object);
  });
}

// What a library's function calls for the program. It counts as a call from
// outside as to who is reached, not as to what is passed: where that is known.
void ConstraintLinker::CallBack(const LinkedCall& call,
                                const EffectStep& step) {
  const bool within = step.kind == EffectKind::kCallIn;
  std::vector<Node> arguments;
  for (const int index : {step.b, step.c}) {
    if (index < 0) continue;
    const Node value = Argument(call, index);
    arguments.push_back(within && value != nothing_ ? Within(value) : value);
  }
  const Node callee = Argument(call, step.a);
  if (callee == PointsTo::kUnknownNode)
    return CallBackUnknown({PointsTo::kUnknown}, arguments);
  solver_.Watch(callee, [this, arguments](PointsTo::Target target) {
    LinkedSymbol* const found = SymbolOf(target.object);
    // A library's function that calls back in turn is not followed.
    if (found == nullptr || !found->is_function || found->is_external ||
        found->bodies.empty())
      return CallBackUnknown(target, arguments);
    CallBackOwn(*found, arguments);
  });
}

// Whoever it is has escaped, and is entered for that.
void ConstraintLinker::CallBackUnknown(PointsTo::Target target,
                                       const std::vector<Node>& arguments) {
  solver_.AddAddress(PointsTo::kUnknownNode, target.object);
  for (const Node each : arguments)
    if (each != nothing_) solver_.AddCopy(PointsTo::kUnknownNode, each);
}

void ConstraintLinker::CallBackOwn(LinkedSymbol& symbol,
                                   const std::vector<Node>& arguments) {
  Enter(symbol);
  symbol.called_back = true;
  for (const LinkedSymbol::Body& body : symbol.bodies) {
    for (size_t i = 0; i < body.facts->integers.size(); ++i) {
      const Node value =
          i < arguments.size() ? arguments[i] : PointsTo::kUnknownNode;
      if (value != nothing_)
        solver_.AddCopy(NodeOf(body.unit, body.facts->integers[i]), value);
    }
    solver_.AddCopy(PointsTo::kUnknownNode,
                    NodeOf(body.unit, body.facts->result));
  }
}

}  // namespace bailey::analyzer
