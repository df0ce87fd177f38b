#include "policy-compiler/check/value_test.h"

#include <gtest/gtest.h>

#include <random>

#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {
namespace {

Condition Compare(CompareOp op, uint64_t value, uint64_t mask = 0xffffffff,
                  bool is_signed = false, uint8_t width_bits = 32) {
  Condition condition;
  condition.kind = Condition::Kind::kCompare;
  condition.comparison = {0, width_bits, is_signed, mask, op, value};
  return condition;
}

Condition Either(Condition a, Condition b) {
  Condition condition;
  condition.kind = Condition::Kind::kAny;
  condition.operands = {std::move(a), std::move(b)};
  return condition;
}

Certainty Decide(const Condition& condition, const ValueSet& set) {
  return HoldsForValues(condition, 0, {set});
}

TEST(ValueTestTest, KnownBitsDecideAMaskTest) {
  // O_WRONLY | O_APPEND, the rest unknown.
  const ValueSet set = ValueSet::WithBits(0x403, 0x401);
  EXPECT_EQ(Decide(Compare(CompareOp::kEqual, 1, 3), set), Certainty::kAlways);
  EXPECT_EQ(Decide(Compare(CompareOp::kEqual, 0, 3), set), Certainty::kNever);
  EXPECT_EQ(Decide(Compare(CompareOp::kNotEqual, 0, 0x400), set),
            Certainty::kAlways);
  EXPECT_EQ(Decide(Compare(CompareOp::kEqual, 0, 0x80000), set),
            Certainty::kPerhaps);
  EXPECT_EQ(Decide(Compare(CompareOp::kEqual, 0x403), set), Certainty::kNever);
  EXPECT_EQ(Decide(Compare(CompareOp::kEqual, 0x401), set),
            Certainty::kPerhaps);
}

// A rule may ask for each value of the bits that are open.
TEST(ValueTestTest, OpenBitsAreLookedThrough) {
  const ValueSet set = ValueSet::WithBits(0x400, 0x400);
  EXPECT_EQ(Decide(Either(Compare(CompareOp::kLess, 2, 3),
                          Compare(CompareOp::kGreaterEqual, 2, 3)),
                   set),
            Certainty::kAlways);
  EXPECT_EQ(Decide(Either(Compare(CompareOp::kEqual, 0, 3),
                          Compare(CompareOp::kEqual, 1, 3)),
                   set),
            Certainty::kPerhaps);
}

TEST(ValueTestTest, BoundsDecideWhereValuesAreMany) {
  const ValueSet wide{1000, 5000};
  EXPECT_EQ(Decide(Compare(CompareOp::kLess, 6000), wide), Certainty::kAlways);
  EXPECT_EQ(Decide(Compare(CompareOp::kEqual, 6000), wide), Certainty::kNever);
  EXPECT_EQ(Decide(Compare(CompareOp::kGreater, 4000), wide),
            Certainty::kPerhaps);
  EXPECT_EQ(Decide(Compare(CompareOp::kGreater, 0, 0xffffffff, true), wide),
            Certainty::kAlways);
}

TEST(ValueTestTest, AKnownSignDecidesASignedTest) {
  const uint64_t sign = uint64_t{1} << 31;
  const ValueSet negative = ValueSet::WithBits(sign, sign);
  const auto less = Compare(CompareOp::kLess, 0, 0xffffffff, true);
  EXPECT_EQ(Decide(less, negative), Certainty::kAlways);
  EXPECT_EQ(Decide(less, ValueSet::WithBits(sign, 0)), Certainty::kNever);
  EXPECT_EQ(Decide(less, ValueSet::WithBits(1, 1)), Certainty::kPerhaps);
}

TEST(ValueTestTest, AllSetsMustAgree) {
  const Condition writes = Compare(CompareOp::kEqual, 1, 3);
  const ValueSet write = ValueSet::WithBits(0x3, 0x1);
  EXPECT_EQ(HoldsForValues(writes, 0, {write, {5, 5}}), Certainty::kAlways);
  EXPECT_EQ(HoldsForValues(writes, 0, {write, {4, 4}}), Certainty::kPerhaps);
}

// Against the evaluator, for each value of sets that are small in 16 bits but
// whose unknown upper bits make them too large to be looked through.
class RandomConditions {
 public:
  Condition Make(int depth) {
    if (depth == 0 || Choose(3) == 0) return MakeComparison();
    Condition condition;
    condition.kind = static_cast<Condition::Kind>(1 + Choose(3));
    const size_t count =
        condition.kind == Condition::Kind::kNot ? 1 : 1 + Choose(3);
    for (size_t i = 0; i < count; ++i)
      condition.operands.push_back(Make(depth - 1));
    return condition;
  }

  ValueSet MakeSet() {
    if (Choose(2) == 0) {
      const uint64_t first = Choose(0x10000);
      return {first, first + Choose(0x10000 - first)};
    }
    const uint64_t mask = random_() & random_() & 0xffff;
    return ValueSet::WithBits(mask, random_() & mask);
  }

 private:
  uint64_t Choose(uint64_t bound) { return random_() % bound; }

  Condition MakeComparison() {
    const uint64_t masks[] = {0xffff, 3, 0x8003, random_() & 0xffff};
    return Compare(static_cast<CompareOp>(Choose(6)), random_() & 0xffff,
                   masks[Choose(4)], Choose(2) == 0, 16);
  }

  std::mt19937_64 random_{11};
};

Certainty LookedThrough(const Condition& condition, const ValueSet& set) {
  bool some_hold = false;
  bool some_fail = false;
  SeccompData data;
  for (uint64_t value = 0; value <= 0xffff; ++value) {
    data.arguments[0] = value;
    if (Contains(set, value))
      (Holds(condition, data) ? some_hold : some_fail) = true;
  }
  if (some_hold && some_fail) return Certainty::kPerhaps;
  return some_hold ? Certainty::kAlways : Certainty::kNever;
}

TEST(ValueTestTest, WhatIsSaidIsTrueOfEachValue) {
  RandomConditions random;
  int decided = 0;
  for (int i = 0; i < 500; ++i) {
    const Condition condition = random.Make(2);
    const ValueSet set = random.MakeSet();
    const Certainty said = Decide(condition, set);
    if (said == Certainty::kPerhaps) continue;
    EXPECT_EQ(said, LookedThrough(condition, set)) << ValueSetText(set);
    ++decided;
  }
  EXPECT_GT(decided, 100);
}

}  // namespace
}  // namespace bailey::policy
