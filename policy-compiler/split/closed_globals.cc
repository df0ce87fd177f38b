#include "policy-compiler/split/closed_globals.h"

#include <fmt/format.h>

#include <algorithm>

namespace bailey::policy {
namespace {

bool IsNull(const GlobalValue& value) {
  return value.kind == GlobalValueKind::kNumber && value.number == 0;
}

bool AreAll(const FlowGlobal& global, GlobalValueKind kind) {
  return std::ranges::all_of(global.values, [&](const GlobalValue& each) {
    return each.kind == kind || IsNull(each);
  });
}

bool IsText(const TypeInfo& type) {
  return type.pointee.is_character && type.pointee.is_const;
}

// Both sides name a function by its symbol, or stand where it does.
bool CanBeNamed(const FlowFunction& function, const FlowGlobal& global) {
  return (function.linkage == Linkage::kExternal && !function.is_inline) ||
         function.extent.file == global.extent.file;
}

}  // namespace

bool HasClosedValues(const FlowGlobal& global) {
  if (global.values.empty()) return false;
  if (global.type.kind != TypeKind::kPointer)
    return AreAll(global, GlobalValueKind::kNumber);
  return AreAll(global, GlobalValueKind::kFunction) ||
         (IsText(global.type) && AreAll(global, GlobalValueKind::kText));
}

std::optional<std::string> WhyNotClosed(const ProgramGraph& graph,
                                        const FlowGlobal& global) {
  if (!HasClosedValues(global))
    return "it is a pointer, and how much is used of what it points to is not "
           "known, nor that it only points to functions or texts of the "
           "program";
  for (const GlobalValue& each : global.values) {
    const FlowFunction* function = graph.Function(each.text);
    if (each.kind != GlobalValueKind::kFunction) continue;
    if (function == nullptr || !CanBeNamed(*function, global))
      return fmt::format(
          "it may point to `{}`, which is static in another file", each.text);
  }
  return std::nullopt;
}

}  // namespace bailey::policy
