// Conditions on one argument, decided for sets of its values: value by value
// where they differ in few of the bits that the condition looks at, else by
// the bits and bounds that are known.
#include "policy-compiler/check/value_test.h"

#include <algorithm>
#include <bit>

#include "policy-compiler/language/constant.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {
namespace {

constexpr int kEnumeratedBits = std::bit_width(kEnumerated) - 1;

Certainty Join(Certainty a, Certainty b) {
  return a == b ? a : Certainty::kPerhaps;
}

bool IsFew(const ValueSet& set) {
  if (set.mask != 0) return std::popcount(~set.mask) <= kEnumeratedBits;
  return set.max - set.min < kEnumerated;
}

// `known` with each combination of the `open` bits, of which there are few.
std::vector<uint64_t> WithOpenBits(uint64_t known, uint64_t open) {
  std::vector<uint64_t> values;
  for (uint64_t part = 0;; part = (part - open) & open) {
    values.push_back(known | part);
    if (part == open) return values;
  }
}

std::vector<uint64_t> ValuesOf(const ValueSet& set) {
  if (set.mask != 0) return WithOpenBits(set.value, ~set.mask);
  std::vector<uint64_t> values;
  for (uint64_t offset = 0; offset <= set.max - set.min; ++offset)
    values.push_back(set.min + offset);
  return values;
}

Certainty HoldsForEach(const Condition& condition, int argument,
                       const std::vector<uint64_t>& values) {
  bool some_hold = false;
  bool some_fail = false;
  SeccompData data;
  for (const uint64_t value : values) {
    data.arguments[static_cast<size_t>(argument)] = value;
    (Holds(condition, data) ? some_hold : some_fail) = true;
  }
  if (some_hold && some_fail) return Certainty::kPerhaps;
  return some_hold ? Certainty::kAlways : Certainty::kNever;
}

uint64_t BitsOf(const Comparison& comparison) {
  return comparison.mask & LowBits(comparison.width_bits);
}

// The bits of the argument that decide the condition.
uint64_t BitsOf(const Condition& condition) {
  uint64_t bits = condition.kind == Condition::Kind::kCompare
                      ? BitsOf(condition.comparison)
                      : 0;
  for (const Condition& operand : condition.operands) bits |= BitsOf(operand);
  return bits;
}

// What a comparison sees of a set: all its numbers lie in low..high.
struct Bounds {
  uint64_t low = 0;
  uint64_t high = 0;
};

Bounds BoundsOf(const ValueSet& set, uint64_t bits) {
  const uint64_t known = KnownMask(set);
  Bounds bounds = {set.min & known & bits, (set.min | ~known) & bits};
  const auto width = static_cast<uint8_t>(std::bit_width(set.max));
  const bool sees_numbers = width == 0 || (LowBits(width) & ~bits) == 0;
  if (!sees_numbers) return bounds;
  return {std::max(bounds.low, set.min), std::min(bounds.high, set.max)};
}

Certainty IsBelow(const Bounds& left, uint64_t right) {
  if (left.high < right) return Certainty::kAlways;
  return left.low >= right ? Certainty::kNever : Certainty::kPerhaps;
}

Certainty IsAbove(const Bounds& left, uint64_t right) {
  if (left.low > right) return Certainty::kAlways;
  return left.high <= right ? Certainty::kNever : Certainty::kPerhaps;
}

Certainty IsEqual(const Bounds& left, const ValueSet& set,
                  const Comparison& comparison) {
  const uint64_t right = comparison.value & LowBits(comparison.width_bits);
  const uint64_t bits = BitsOf(comparison);
  const bool differs = ((set.min ^ right) & KnownMask(set) & bits) != 0;
  if (differs || (right & ~bits) != 0 || right < left.low || right > left.high)
    return Certainty::kNever;
  return left.low == left.high ? Certainty::kAlways : Certainty::kPerhaps;
}

Certainty Compare(const Comparison& comparison, const ValueSet& set) {
  Bounds left = BoundsOf(set, BitsOf(comparison));
  if (comparison.op == CompareOp::kEqual) return IsEqual(left, set, comparison);
  if (comparison.op == CompareOp::kNotEqual)
    return Not(IsEqual(left, set, comparison));
  uint64_t right = comparison.value & LowBits(comparison.width_bits);
  if (comparison.is_signed) {
    // Of one sign, numbers are ordered as unsigned ones; with the sign's bit
    // the other way round, negative ones come first.
    const uint64_t sign = uint64_t{1} << (comparison.width_bits - 1);
    if (((left.low ^ left.high) & sign) != 0) return Certainty::kPerhaps;
    left = {left.low ^ sign, left.high ^ sign};
    right ^= sign;
  }
  switch (comparison.op) {
    case CompareOp::kLess:
      return IsBelow(left, right);
    case CompareOp::kGreaterEqual:
      return Not(IsBelow(left, right));
    case CompareOp::kGreater:
      return IsAbove(left, right);
    default:
      return Not(IsAbove(left, right));
  }
}

Certainty HoldsForSet(const Condition& condition, int argument,
                      const ValueSet& set);

Certainty Combine(const Condition& condition, int argument,
                  const ValueSet& set) {
  const bool all = condition.kind == Condition::Kind::kAll;
  Certainty holds = all ? Certainty::kAlways : Certainty::kNever;
  for (const Condition& operand : condition.operands) {
    const Certainty each = HoldsForSet(operand, argument, set);
    holds = all ? std::min(holds, each) : std::max(holds, each);
  }
  return holds;
}

Certainty HoldsForSet(const Condition& condition, int argument,
                      const ValueSet& set) {
  if (IsFew(set)) return HoldsForEach(condition, argument, ValuesOf(set));
  const uint64_t known = KnownMask(set);
  const uint64_t open = BitsOf(condition) & ~known;
  if (std::popcount(open) <= kEnumeratedBits) {
    const Certainty holds =
        HoldsForEach(condition, argument, WithOpenBits(set.min & known, open));
    // A range has not all of these values: bounds may still decide.
    if (holds != Certainty::kPerhaps || set.mask != 0) return holds;
  }
  switch (condition.kind) {
    case Condition::Kind::kCompare:
      return Compare(condition.comparison, set);
    case Condition::Kind::kNot:
      return Not(HoldsForSet(condition.operands.front(), argument, set));
    default:
      return Combine(condition, argument, set);
  }
}

}  // namespace

std::vector<uint64_t> FewValues(const std::vector<ValueSet>& sets) {
  std::vector<uint64_t> values;
  for (const ValueSet& set : sets) {
    if (!IsFew(set)) return {};
    for (const uint64_t value : ValuesOf(set)) values.push_back(value);
    if (values.size() > kEnumerated) return {};
  }
  return values;
}

Certainty HoldsForValues(const Condition& condition, int argument,
                         const std::vector<ValueSet>& sets) {
  Certainty holds = HoldsForSet(condition, argument, sets.front());
  for (const ValueSet& set : sets)
    holds = Join(holds, HoldsForSet(condition, argument, set));
  return holds;
}

}  // namespace bailey::policy
