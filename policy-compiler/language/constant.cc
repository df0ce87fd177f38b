#include "policy-compiler/language/constant.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "common/check.h"
#include "common/syscalls/constants.h"

namespace bailey::policy {
namespace {

using Value = std::optional<ConstantValue>;

constexpr WideInteger kTwoTo63 = WideInteger{1} << 63;
constexpr WideInteger kTwoTo64 = WideInteger{1} << 64;

uint64_t BitsOf(const ConstantValue& value) {
  // SAFETY: conversion to unsigned is modulo 2^64, which is two's complement.
  return static_cast<uint64_t>(value.value);
}

// From bits whose top bit, if it is set, is a sign when `sign` says so.
ConstantValue FromBits(uint64_t bits, bool sign) {
  const bool top = (bits >> 63) != 0;
  const WideInteger plain = bits;
  if (!top || !sign) return {plain, false};
  return {plain - kTwoTo64, true};
}

bool InRange(WideInteger value) {
  return value >= -kTwoTo63 && value < kTwoTo64;
}

std::string NearestConstant(Architecture architecture, std::string_view name) {
  std::vector<std::string_view> names;
  for (const NamedConstant& constant : AllConstants(architecture))
    names.push_back(constant.name);
  return DidYouMean(name, names);
}

bool IsKnownSomewhere(std::string_view name) {
  return std::ranges::any_of(kArchitectures, [&](Architecture architecture) {
    return FindConstant(architecture, name).has_value();
  });
}

Value Named(const ConstantExpression& expression, Architecture architecture,
            TextReporter& report) {
  if (expression.name == "NULL") return ConstantValue{};
  if (const auto found = FindConstant(architecture, expression.name))
    return FromBits(*found, /*sign=*/true);
  if (report.full()) return std::nullopt;
  const std::string name = Quoted(expression.name);
  report.Error(expression.span,
               IsKnownSomewhere(expression.name)
                   ? "the constant " + name + " does not exist on " +
                         std::string(ArchitectureName(architecture))
                   : "unknown constant " + name,
               NearestConstant(architecture, expression.name));
  return std::nullopt;
}

Value Checked(WideInteger value, bool is_pattern, SourceSpan span,
              TextReporter& report) {
  if (InRange(value)) return ConstantValue{value, is_pattern && value < 0};
  report.Error(span, "the value does not fit 64 bits");
  return std::nullopt;
}

Value ShiftLeft(const ConstantValue& left, const ConstantValue& right,
                SourceSpan span, TextReporter& report) {
  if (right.value < 0 || right.value > 63) {
    report.Error(span, "a shift is by 0 to 63 bits");
    return std::nullopt;
  }
  if (left.value < 0) {
    report.Error(span, "a negative value cannot be shifted");
    return std::nullopt;
  }
  // SAFETY: below 2^64 * 2^63 = 2^127, which a WideInteger just holds.
  const WideInteger factor = WideInteger{1} << static_cast<int>(right.value);
  return Checked(left.value * factor, false, span, report);
}

Value Apply(ConstantOp op, const ConstantValue& left,
            const ConstantValue& right, SourceSpan span, TextReporter& report) {
  const bool sign = left.value < 0 || right.value < 0;
  const bool pattern = left.is_pattern || right.is_pattern;
  switch (op) {
    case ConstantOp::kOr:
      return FromBits(BitsOf(left) | BitsOf(right), sign);
    case ConstantOp::kAnd:
      return FromBits(BitsOf(left) & BitsOf(right), sign);
    case ConstantOp::kShiftLeft:
      return ShiftLeft(left, right, span, report);
    case ConstantOp::kAdd:
      return Checked(left.value + right.value, pattern, span, report);
    case ConstantOp::kSubtract:
      return Checked(left.value - right.value, pattern, span, report);
  }
  CHECK(false);
}

Value Chain(const ConstantExpression& expression, Architecture architecture,
            TextReporter& report) {
  Value result = EvaluateConstant(expression.operands[0], architecture, report);
  for (size_t i = 0; i < expression.operators.size(); ++i) {
    // Every operand is looked at, so that each unknown name is reported.
    const Value next =
        EvaluateConstant(expression.operands[i + 1], architecture, report);
    if (!result || !next) {
      result.reset();
      continue;
    }
    result =
        Apply(expression.operators[i], *result, *next, expression.span, report);
  }
  return result;
}

}  // namespace

std::optional<ConstantValue> EvaluateConstant(
    const ConstantExpression& expression, Architecture architecture,
    TextReporter& report) {
  using Kind = ConstantExpression::Kind;
  if (expression.kind == Kind::kNumber)
    return ConstantValue{WideInteger{expression.number}, false};
  if (expression.kind == Kind::kName)
    return Named(expression, architecture, report);
  if (expression.kind == Kind::kChain)
    return Chain(expression, architecture, report);
  const Value operand =
      EvaluateConstant(expression.operands[0], architecture, report);
  if (!operand) return std::nullopt;
  if (expression.kind == Kind::kComplement)
    return FromBits(~BitsOf(*operand), /*sign=*/true);
  return Checked(-operand->value, false, expression.span, report);
}

std::optional<uint64_t> FitWidth(const ConstantValue& value, Width width) {
  const WideInteger modulus = WideInteger{1} << width.bits;
  const WideInteger half = modulus / 2;
  const bool top_half = !width.is_signed || width.as_bits;
  if (value.value >= (top_half ? modulus : half)) return std::nullopt;
  const bool negative_fits = width.is_signed || value.is_pattern;
  if (value.value < (negative_fits ? -half : WideInteger{0}))
    return std::nullopt;
  return BitsOf(value) & LowBits(width.bits);
}

uint64_t LowBits(uint8_t bits) {
  CHECK(bits >= 1 && bits <= 64);
  return ~uint64_t{0} >> (64 - bits);
}

std::string DecimalText(WideInteger value) {
  if (value < 0) return "-" + DecimalText(-value);
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value > 0);
  std::ranges::reverse(digits);
  return digits;
}

}  // namespace bailey::policy
