#include "policy-compiler/formats/full_width.h"

#include <optional>
#include <utility>

#include "common/check.h"
#include "policy-compiler/language/compare_op.h"
#include "policy-compiler/language/condition.h"
#include "policy-compiler/language/constant.h"

namespace bailey::policy {
namespace {

using Kind = Condition::Kind;

Condition List(Kind kind, std::vector<Condition> operands) {
  Condition list;
  list.kind = kind;
  list.operands = std::move(operands);
  return list;
}

void AppendFlat(Kind kind, Condition condition,
                std::vector<Condition>& operands) {
  if (condition.kind != kind) {
    operands.push_back(std::move(condition));
    return;
  }
  for (Condition& operand : condition.operands)
    operands.push_back(std::move(operand));
}

// `decides`: what alone decides a list of the kind.
Condition Joined(Kind kind, std::vector<Condition> parts,
                 bool (*decides)(const Condition&)) {
  std::vector<Condition> operands;
  for (Condition& part : parts) {
    if (decides(part)) return part;
    AppendFlat(kind, std::move(part), operands);
  }
  if (operands.size() == 1) return std::move(operands.front());
  return List(kind, std::move(operands));
}

// Whether a comparison with (x & mask), which lies in 0..mask, is decided.
std::optional<bool> Decided(uint64_t mask, CompareOp op, uint64_t value) {
  switch (op) {
    case CompareOp::kEqual:
      if ((value & ~mask) != 0) return false;
      return mask == 0 ? std::optional(true) : std::nullopt;
    case CompareOp::kLess:
      if (value == 0) return false;
      return value > mask ? std::optional(true) : std::nullopt;
    case CompareOp::kLessEqual:
      return value >= mask ? std::optional(true) : std::nullopt;
    default:
      break;
  }
  const std::optional<bool> opposite = Decided(mask, Opposite(op), value);
  return opposite ? std::optional(!*opposite) : std::nullopt;
}

// The lowest and the highest value as equalities, which read better.
void Straighten(Comparison& comparison) {
  const auto become = [&](CompareOp op, uint64_t value) {
    comparison.op = op;
    comparison.value = value;
  };
  const bool zero = comparison.value == 0;
  const bool one = comparison.value == 1;
  if (comparison.op == CompareOp::kLess && one) become(CompareOp::kEqual, 0);
  if (comparison.op == CompareOp::kLessEqual && zero)
    become(CompareOp::kEqual, 0);
  if (comparison.op == CompareOp::kGreater && zero)
    become(CompareOp::kNotEqual, 0);
  if (comparison.op == CompareOp::kGreaterEqual && one)
    become(CompareOp::kNotEqual, 0);
}

bool IsOrdered(CompareOp op) {
  return op != CompareOp::kEqual && op != CompareOp::kNotEqual;
}

// A signed comparison by two unsigned ones: numbers with the sign bit are those
// at or above it, and below all others.
Condition SignedCompare(const Comparison& comparison, uint64_t mask) {
  const int argument = comparison.argument;
  const uint64_t sign = uint64_t{1} << (comparison.width_bits - 1);
  const bool negative = (comparison.value & sign) != 0;
  const bool below = comparison.op == CompareOp::kLess ||
                     comparison.op == CompareOp::kLessEqual;
  const Condition same_sign =
      FullCompare(argument, mask, comparison.op, comparison.value);
  const Condition is_negative =
      FullCompare(argument, mask & sign, CompareOp::kNotEqual, 0);
  const Condition is_positive =
      FullCompare(argument, mask & sign, CompareOp::kEqual, 0);
  if (negative && below) return Both(is_negative, same_sign);
  if (negative) return Either(is_positive, same_sign);
  return below ? Either(is_negative, same_sign) : Both(is_positive, same_sign);
}

Condition FullComparison(const Comparison& comparison) {
  const uint64_t mask = comparison.mask & LowBits(comparison.width_bits);
  if (comparison.is_signed && IsOrdered(comparison.op))
    return SignedCompare(comparison, mask);
  return FullCompare(comparison.argument, mask, comparison.op,
                     comparison.value);
}

Condition FullList(const Condition& condition) {
  std::vector<Condition> operands;
  for (const Condition& operand : condition.operands)
    operands.push_back(FullWidth(operand));
  return condition.kind == Kind::kAll ? AllHold(std::move(operands))
                                      : OneHolds(std::move(operands));
}

}  // namespace

Condition Always() { return List(Kind::kAll, {}); }
Condition Never() { return List(Kind::kAny, {}); }

bool IsAlways(const Condition& condition) {
  return condition.kind == Kind::kAll && condition.operands.empty();
}

bool IsNever(const Condition& condition) {
  return condition.kind == Kind::kAny && condition.operands.empty();
}

Condition FullWidth(const Condition& condition) {
  if (condition.kind == Kind::kCompare)
    return FullComparison(condition.comparison);
  if (condition.kind == Kind::kNot)
    return Negated(FullWidth(condition.operands[0]));
  return FullList(condition);
}

Condition AllHold(std::vector<Condition> parts) {
  return Joined(Kind::kAll, std::move(parts), IsNever);
}

Condition OneHolds(std::vector<Condition> parts) {
  return Joined(Kind::kAny, std::move(parts), IsAlways);
}

Condition Both(Condition left, Condition right) {
  std::vector<Condition> parts;
  parts.push_back(std::move(left));
  parts.push_back(std::move(right));
  return AllHold(std::move(parts));
}

Condition Either(Condition left, Condition right) {
  std::vector<Condition> parts;
  parts.push_back(std::move(left));
  parts.push_back(std::move(right));
  return OneHolds(std::move(parts));
}

Condition Negated(const Condition& condition) {
  if (condition.kind == Kind::kCompare) {
    Condition negated = condition;
    if (condition.comparison.argument != kUnknownArgument)
      negated.comparison.op = Opposite(condition.comparison.op);
    return negated;
  }
  CHECK(condition.kind != Kind::kNot);
  std::vector<Condition> operands;
  for (const Condition& operand : condition.operands)
    operands.push_back(Negated(operand));
  return List(condition.kind == Kind::kAll ? Kind::kAny : Kind::kAll,
              std::move(operands));
}

Condition FullCompare(int argument, uint64_t mask, CompareOp op,
                      uint64_t value) {
  if (const auto decided = Decided(mask, op, value))
    return *decided ? Always() : Never();
  Comparison comparison{
      .argument = argument, .mask = mask, .op = op, .value = value};
  Straighten(comparison);
  return Compare(comparison);
}

Condition UnknownTest() {
  return Compare(Comparison{.argument = kUnknownArgument});
}

size_t PartsOf(const Condition& condition) {
  size_t parts = 1;
  for (const Condition& operand : condition.operands) parts += PartsOf(operand);
  return parts;
}

namespace {

// What an ordered comparison is for every low word from `least` to `most`.
std::optional<bool> DecidedBetween(uint64_t least, uint64_t most, CompareOp op,
                                   uint64_t value) {
  switch (op) {
    case CompareOp::kLess:
      if (most < value) return true;
      return least >= value ? std::optional(false) : std::nullopt;
    case CompareOp::kLessEqual:
      if (most <= value) return true;
      return least > value ? std::optional(false) : std::nullopt;
    case CompareOp::kGreater:
      if (least > value) return true;
      return most <= value ? std::optional(false) : std::nullopt;
    case CompareOp::kGreaterEqual:
      if (least >= value) return true;
      return most < value ? std::optional(false) : std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

// From the top bit down: the first bit in which the two differ decides, and
// the bits above it are equal.
std::vector<MaskedEquality> MaskedEqualities(uint64_t mask, uint64_t set,
                                             CompareOp op, uint64_t value) {
  CHECK(op != CompareOp::kNotEqual);
  const bool above =
      op == CompareOp::kGreater || op == CompareOp::kGreaterEqual;
  std::vector<MaskedEquality> tests;
  MaskedEquality equal_so_far;
  for (int i = 63; i >= 0; --i) {
    const uint64_t bit = uint64_t{1} << i;
    const uint64_t rest = bit | (bit - 1);
    if (const auto decided =
            DecidedBetween(set & rest, (mask | set) & rest, op, value & rest)) {
      if (*decided) tests.push_back(equal_so_far);
      return tests;
    }
    const bool wanted = (value & bit) != 0;
    const bool fixed = (mask & bit) == 0;
    const bool can_differ = fixed ? ((set & bit) != 0) != wanted : true;
    const bool decides = op != CompareOp::kEqual && above != wanted;
    if (can_differ && decides) {
      MaskedEquality test = equal_so_far;
      if (!fixed) test.mask |= bit;
      if (!fixed && above) test.value |= bit;
      tests.push_back(test);
    }
    if (fixed && can_differ) return tests;  // the bits above cannot be equal
    if (!fixed) equal_so_far.mask |= bit;
    if (!fixed && wanted) equal_so_far.value |= bit;
  }
  const bool or_equal = op != CompareOp::kLess && op != CompareOp::kGreater;
  if (or_equal) tests.push_back(equal_so_far);
  return tests;
}

}  // namespace bailey::policy
