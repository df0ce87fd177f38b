// What can be said of a condition without a solver. Each answer "yes" is a
// proof; "no" says nothing. The solver's own check is verify/'s.

#include <algorithm>
#include <array>

#include "common/check.h"
#include "policy-compiler/language/condition.h"
#include "policy-compiler/language/constant.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {
namespace {

using Kind = Condition::Kind;

// Values of an unmasked comparison in an order that `<` keeps: signed ones are
// moved up by half their range.
uint64_t Ordered(const Comparison& comparison, uint64_t value) {
  if (!comparison.is_signed) return value;
  return value ^ (uint64_t{1} << (comparison.width_bits - 1));
}

struct Interval {
  uint64_t low = 0;
  uint64_t high = 0;
  bool empty = false;
};

// The values of the argument that satisfy an unmasked ordered or == comparison.
Interval IntervalOf(const Comparison& comparison) {
  const uint64_t top = LowBits(comparison.width_bits);
  const uint64_t value = Ordered(comparison, comparison.value);
  switch (comparison.op) {
    case CompareOp::kEqual:
      return {value, value};
    case CompareOp::kNotEqual:
      return {0, top};
    case CompareOp::kLess:
      return value == 0 ? Interval{.empty = true} : Interval{0, value - 1};
    case CompareOp::kLessEqual:
      return {0, value};
    case CompareOp::kGreater:
      return value == top ? Interval{.empty = true} : Interval{value + 1, top};
    case CompareOp::kGreaterEqual:
      return {value, top};
  }
  CHECK(false);
}

bool IsMasked(const Comparison& comparison) {
  return comparison.mask != ~uint64_t{0};
}

// `x & 1 == 2`: a bit that the mask clears.
bool NeedsClearedBit(const Comparison& comparison) {
  return (comparison.value & ~comparison.mask) != 0;
}

bool ComparisonIsFalse(const Comparison& comparison) {
  if (comparison.op == CompareOp::kEqual && NeedsClearedBit(comparison))
    return true;
  return IntervalOf(comparison).empty;
}

bool ComparisonIsTrue(const Comparison& comparison) {
  if (comparison.op == CompareOp::kNotEqual && NeedsClearedBit(comparison))
    return true;
  if (comparison.op == CompareOp::kNotEqual) return false;
  const Interval interval = IntervalOf(comparison);
  return !interval.empty && interval.low == 0 &&
         interval.high == LowBits(comparison.width_bits);
}

// Of a conjunction: one argument compared so that no value is left.
bool ArgumentIsCornered(const std::vector<const Comparison*>& all,
                        int argument) {
  Interval left{0, ~uint64_t{0}};
  for (const Comparison* comparison : all) {
    if (comparison->argument != argument || IsMasked(*comparison)) continue;
    const Interval next = IntervalOf(*comparison);
    if (next.empty) return true;
    left = {std::max(left.low, next.low), std::min(left.high, next.high)};
    if (left.low > left.high) return true;
  }
  // A single value is left: every other comparison must hold of it too.
  if (left.low != left.high) return false;
  SeccompData data;
  for (const Comparison* comparison : all) {
    if (comparison->argument != argument) continue;
    data.arguments[static_cast<size_t>(argument)] =
        Ordered(*comparison, left.low);
    if (!Holds(*comparison, data)) return true;
  }
  return false;
}

void CollectConjunction(const Condition& condition,
                        std::vector<const Comparison*>& all) {
  if (condition.kind == Kind::kCompare) all.push_back(&condition.comparison);
  if (condition.kind != Kind::kAll) return;
  for (const Condition& operand : condition.operands)
    CollectConjunction(operand, all);
}

bool ConjunctionIsFalse(const Condition& condition) {
  std::vector<const Comparison*> all;
  CollectConjunction(condition, all);
  for (int argument = 0; argument < 6; ++argument)
    if (ArgumentIsCornered(all, argument)) return true;
  return std::ranges::any_of(condition.operands, IsAlwaysFalse);
}

}  // namespace

bool IsUnconditional(const Condition& condition) {
  return condition.kind == Kind::kAll && condition.operands.empty();
}

bool IsAlwaysFalse(const Condition& condition) {
  switch (condition.kind) {
    case Kind::kCompare:
      return ComparisonIsFalse(condition.comparison);
    case Kind::kAll:
      return ConjunctionIsFalse(condition);
    case Kind::kAny:
      return std::ranges::all_of(condition.operands, IsAlwaysFalse);
    case Kind::kNot:
      return IsAlwaysTrue(condition.operands[0]);
  }
  CHECK(false);
}

bool IsAlwaysTrue(const Condition& condition) {
  switch (condition.kind) {
    case Kind::kCompare:
      return ComparisonIsTrue(condition.comparison);
    case Kind::kAll:
      return std::ranges::all_of(condition.operands, IsAlwaysTrue);
    case Kind::kAny:
      return std::ranges::any_of(condition.operands, IsAlwaysTrue);
    case Kind::kNot:
      return IsAlwaysFalse(condition.operands[0]);
  }
  CHECK(false);
}

}  // namespace bailey::policy
