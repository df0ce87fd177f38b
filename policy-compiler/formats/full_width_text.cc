#include "policy-compiler/formats/full_width_text.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "common/check.h"
#include "policy-compiler/formats/argument_text.h"
#include "policy-compiler/formats/full_width.h"
#include "policy-compiler/language/compare_op.h"
#include "policy-compiler/language/constant.h"

namespace bailey::policy {
namespace {

using Kind = Condition::Kind;

bool IsEquality(CompareOp op) {
  return op == CompareOp::kEqual || op == CompareOp::kNotEqual;
}

bool IsNullTest(const Comparison& comparison) {
  return comparison.mask == ~uint64_t{0} && comparison.value == 0 &&
         IsEquality(comparison.op);
}

std::string NumberText(uint64_t value) {
  return value < 0x10000 ? std::to_string(value) : fmt::format("{:#x}", value);
}

// What satisfies an unmasked ordered comparison, which is not decided.
BitRange Satisfying(CompareOp op, uint64_t value, uint64_t top) {
  switch (op) {
    case CompareOp::kLess:
      return {0, value - 1};
    case CompareOp::kLessEqual:
      return {0, value};
    case CompareOp::kGreater:
      return {value + 1, top};
    case CompareOp::kGreaterEqual:
      return {value, top};
    default:
      CHECK(false);
  }
}

// An ordered comparison after a mask that takes a signed argument's sign: by
// its bits, which are compared as they are.
std::string BitsText(std::string_view name, const Comparison& comparison) {
  std::string text;
  for (const MaskedEquality& test :
       MaskedEqualities(comparison.mask, 0, comparison.op, comparison.value)) {
    if (!text.empty()) text += " or ";
    text += fmt::format("{} & {:#x} == {:#x}", name, test.mask, test.value);
  }
  return "(" + text + ")";
}

// An equality whose value has bits above the kernel's: a negative number as its
// 64 bits, which programs pass in 32.
bool IsSignExtended(const Comparison& comparison, uint64_t top) {
  const uint64_t above = ~top & comparison.mask;
  const uint64_t sign = (top >> 1) + 1;
  return IsEquality(comparison.op) && (comparison.value & above) == above &&
         (comparison.mask & sign) != 0 && (comparison.value & sign) != 0;
}

}  // namespace

Condition FullWidthTexts::Expressible(const Condition& condition,
                                      Unknown unknown) {
  if (condition.kind == Kind::kCompare)
    return Narrowed(condition.comparison, unknown);
  std::vector<Condition> operands;
  for (const Condition& operand : condition.operands)
    operands.push_back(Expressible(operand, unknown));
  return condition.kind == Kind::kAll ? AllHold(std::move(operands))
                                      : OneHolds(std::move(operands));
}

Condition FullWidthTexts::NotSaid(std::string what, Unknown unknown) {
  ++unknowns_;
  inexpressible_.insert(std::move(what));
  return unknown == Unknown::kAlways ? Always() : Never();
}

Condition FullWidthTexts::Narrowed(const Comparison& comparison,
                                   Unknown unknown) {
  if (comparison.argument == kUnknownArgument)
    return NotSaid("two arguments against each other", unknown);
  const auto index = static_cast<size_t>(comparison.argument);
  if (widths_ == Widths::kFull)
    return FullCompare(comparison.argument, comparison.mask, comparison.op,
                       comparison.value);
  if (index >= call_.arguments.size())
    return NotSaid(fmt::format("argument {}, which it does not have", index),
                   unknown);
  const SyscallArgument& argument = call_.arguments[index];
  if (argument.is_pointer && !IsNullTest(comparison))
    return NotSaid(fmt::format("`{}`, a pointer", argument.name), unknown);
  const uint64_t top = LowBits(argument.width_bits);
  uint64_t value = comparison.value;
  if ((comparison.mask & ~top) != 0) {
    narrowed_.insert(fmt::format("`{}` of `{}`", argument.name, call_.name));
    if (IsSignExtended(comparison, top)) value &= top;
  }
  return FullCompare(comparison.argument, comparison.mask & top, comparison.op,
                     value);
}

std::string FullWidthTexts::KernelText(const Comparison& comparison) const {
  const SyscallArgument& argument =
      call_.arguments[static_cast<size_t>(comparison.argument)];
  const std::string name(argument.name);
  if (argument.is_pointer)
    return fmt::format("{} {} NULL", name, OperatorText(comparison.op));
  const uint64_t top = LowBits(argument.width_bits);
  const std::string_view symbol = OperatorText(comparison.op);
  const bool ordered = !IsEquality(comparison.op);
  if ((comparison.mask & top) == top) {
    if (ordered && argument.is_signed)
      return ArgumentTest(argument,
                          {Satisfying(comparison.op, comparison.value, top)})
          .value();
    return fmt::format("{} {} {}", name, symbol,
                       ArgumentValueText(argument, comparison.value));
  }
  const uint64_t sign = (top >> 1) + 1;
  if (ordered && argument.is_signed && (comparison.mask & sign) != 0)
    return BitsText(name, comparison);
  return fmt::format("{} & {:#x} {} {:#x}", name, comparison.mask, symbol,
                     comparison.value);
}

std::string FullWidthTexts::TestText(const Comparison& comparison) const {
  if (widths_ == Widths::kKernel) return KernelText(comparison);
  const auto index = static_cast<size_t>(comparison.argument);
  const bool named =
      index < call_.arguments.size() &&
      (!call_.arguments[index].is_pointer || IsNullTest(comparison));
  const std::string name = named ? std::string(call_.arguments[index].name)
                                 : fmt::format("argument{}", index);
  const std::string mask = comparison.mask == ~uint64_t{0}
                               ? ""
                               : fmt::format(" & {:#x}", comparison.mask);
  return fmt::format("{}{} {} {}", name, mask, OperatorText(comparison.op),
                     NumberText(comparison.value));
}

std::string FullWidthTexts::ListText(const Condition& condition,
                                     std::string_view word) const {
  std::string text;
  for (const Condition& operand : condition.operands) {
    const bool list = operand.kind != Kind::kCompare;
    const std::string part = Text(operand);
    if (!text.empty()) text += word;
    text += list ? "(" + part + ")" : part;
  }
  return text;
}

std::string FullWidthTexts::Text(const Condition& condition) const {
  if (condition.kind == Kind::kCompare) return TestText(condition.comparison);
  if (condition.kind == Kind::kAll) return ListText(condition, " and ");
  CHECK(!condition.operands.empty());
  return ListText(condition, " or ");
}

}  // namespace bailey::policy
