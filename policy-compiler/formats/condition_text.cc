#include "policy-compiler/formats/condition_text.h"

#include <fmt/format.h>

#include <string_view>

#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/language/compare_op.h"
#include "policy-compiler/language/condition.h"
#include "policy-compiler/language/constant.h"

namespace bailey::policy {
namespace {

using Text = std::optional<std::string>;

// After a mask (in)equality is of bits; all else is of numbers.
std::string ValueText(const SyscallArgument& argument,
                      const Comparison& comparison) {
  const bool masked = comparison.mask != ~uint64_t{0};
  const bool equality = comparison.op == CompareOp::kEqual ||
                        comparison.op == CompareOp::kNotEqual;
  if (masked && equality) return fmt::format("{:#x}", comparison.value);
  return ArgumentValueText(argument, comparison.value);
}

Text CompareText(const Syscall& call, const Comparison& comparison) {
  const auto index = static_cast<size_t>(comparison.argument);
  if (index >= call.arguments.size()) return std::nullopt;
  const SyscallArgument& argument = call.arguments[index];
  if (argument.width_bits != comparison.width_bits ||
      argument.is_signed != comparison.is_signed)
    return std::nullopt;
  std::string text(argument.name);
  if (comparison.mask != ~uint64_t{0})
    text +=
        fmt::format(" & {:#x}", comparison.mask & LowBits(argument.width_bits));
  return fmt::format("{} {} {}", text, OperatorText(comparison.op),
                     ValueText(argument, comparison));
}

Text ListText(const Syscall& call, const std::vector<Condition>& operands,
              std::string_view word) {
  std::string text;
  for (const Condition& operand : operands) {
    const Text part = ConditionText(call, operand);
    if (!part || part->empty()) return std::nullopt;
    if (!text.empty()) text += fmt::format(" {} ", word);
    const bool single = operand.kind == Condition::Kind::kCompare;
    text += single ? *part : "(" + *part + ")";
  }
  return text;
}

}  // namespace

std::optional<std::string> ConditionText(const Syscall& call,
                                         const Condition& condition) {
  if (IsUnconditional(condition)) return "";
  if (condition.kind == Condition::Kind::kCompare)
    return CompareText(call, condition.comparison);
  if (condition.operands.empty()) return std::nullopt;
  if (condition.kind == Condition::Kind::kAll)
    return ListText(call, condition.operands, "and");
  if (condition.kind == Condition::Kind::kAny)
    return ListText(call, condition.operands, "or");
  const Text inner = ConditionText(call, condition.operands.front());
  if (!inner || inner->empty()) return std::nullopt;
  return "not (" + *inner + ")";
}

}  // namespace bailey::policy
