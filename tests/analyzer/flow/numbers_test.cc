// Every operation on abstract numbers, held against the same on all concrete
// ones that they stand for.
#include "analyzer/flow/numbers.h"

#include <gtest/gtest.h>

#include <vector>

namespace bailey::analyzer {
namespace {

constexpr uint8_t kWidth = 6;
constexpr uint64_t kAll = 63;

bool Holds(const Numbers& numbers, uint64_t value) {
  if (numbers.is_set()) return numbers.values().contains(value);
  return (value & numbers.zeros()) == 0 &&
         (value & numbers.ones()) == numbers.ones() && value >= numbers.min() &&
         value <= numbers.max();
}

std::vector<Numbers> Samples() {
  std::vector<Numbers> samples = {
      Numbers::Any(kWidth), Numbers::Constant(0, kWidth),
      Numbers::Constant(kAll, kWidth), Numbers::Of({1, 5, 32, 62}, kWidth)};
  for (uint64_t min = 0; min <= kAll; min += 11)
    for (uint64_t max = min; max <= kAll; max += 13)
      samples.push_back(Numbers::Range(min, max, kWidth));
  for (uint64_t zeros = 0; zeros <= kAll; zeros += 9)
    for (uint64_t ones = 0; ones <= kAll; ones += 5)
      if ((zeros & ones) == 0)
        samples.push_back(Numbers::Bits(zeros, ones, kWidth));
  return samples;
}

std::vector<uint64_t> ValuesOf(const Numbers& numbers) {
  std::vector<uint64_t> values;
  for (uint64_t value = 0; value <= kAll; ++value)
    if (Holds(numbers, value)) values.push_back(value);
  return values;
}

TEST(NumbersTest, WhatIsMadeHoldsWhatItIsMadeOf) {
  for (uint64_t value = 0; value <= kAll; ++value) {
    EXPECT_EQ(Holds(Numbers::Range(5, 40, kWidth), value),
              value >= 5 && value <= 40);
    EXPECT_EQ(Holds(Numbers::Bits(0b000101, 0b100000, kWidth), value),
              (value & 0b100101) == 0b100000);
  }
}

struct Binary {
  Operation operation;
  uint64_t (*compute)(uint64_t, uint64_t);
};

TEST(NumbersTest, OperationsLoseNothing) {
  const Binary all[] = {
      {Operation::kAnd, [](uint64_t a, uint64_t b) { return a & b; }},
      {Operation::kOr, [](uint64_t a, uint64_t b) { return a | b; }},
      {Operation::kXor, [](uint64_t a, uint64_t b) { return a ^ b; }},
      {Operation::kAdd, [](uint64_t a, uint64_t b) { return a + b; }},
      {Operation::kSubtract, [](uint64_t a, uint64_t b) { return a - b; }},
      {Operation::kMultiply, [](uint64_t a, uint64_t b) { return a * b; }},
      {Operation::kShiftLeft,
       [](uint64_t a, uint64_t b) { return b < kWidth ? a << b : 0; }},
      {Operation::kShiftRight,
       [](uint64_t a, uint64_t b) { return b < kWidth ? a >> b : 0; }},
      {Operation::kRemainder,
       [](uint64_t a, uint64_t b) { return b == 0 ? 0 : a % b; }}};
  const std::vector<Numbers> samples = Samples();
  size_t lost = 0;
  for (const Binary& each : all) {
    const bool shifts = each.operation == Operation::kShiftLeft ||
                        each.operation == Operation::kShiftRight;
    for (const Numbers& a : samples)
      for (const Numbers& b : samples) {
        const Numbers result = Apply(each.operation, a, b);
        for (const uint64_t x : ValuesOf(a))
          for (const uint64_t y : ValuesOf(b)) {
            const bool defined =
                shifts ? y < kWidth
                       : each.operation != Operation::kRemainder || y != 0;
            lost += defined && !Holds(result, each.compute(x, y) & kAll);
          }
      }
  }
  EXPECT_EQ(lost, 0u);
}

TEST(NumbersTest, JoinsAndConversionsLoseNothing) {
  size_t lost = 0;
  for (const Numbers& a : Samples()) {
    const Numbers narrow = Convert(Operation::kTruncate, a, 4);
    const Numbers wide = Convert(Operation::kZeroExtend, a, 8);
    const Numbers extended = Convert(Operation::kSignExtend, a, 8);
    for (const uint64_t value : ValuesOf(a)) {
      lost += !Holds(narrow, value & 15);
      lost += !Holds(wide, value);
      lost += !Holds(extended, value >= 32 ? value | 0xc0 : value);
    }
    for (const Numbers& b : Samples()) {
      const Numbers joined = Join(a, b);
      for (const uint64_t value : ValuesOf(a)) lost += !Holds(joined, value);
      for (const uint64_t value : ValuesOf(b)) lost += !Holds(joined, value);
    }
  }
  EXPECT_EQ(lost, 0u);
}

TEST(NumbersTest, ComparisonsKeepAllForWhichTheyHold) {
  const auto sign = [](uint64_t value) {
    return value >= 32 ? static_cast<int>(value) - 64 : static_cast<int>(value);
  };
  size_t lost = 0;
  for (const Numbers& a : Samples())
    for (uint64_t bound = 0; bound <= kAll; ++bound)
      for (const uint64_t value : ValuesOf(a)) {
        const int x = sign(value);
        const int y = sign(bound);
        const auto check = [&](Operation operation, bool holds) {
          lost += holds && !Holds(Restrict(a, operation, bound), value);
        };
        check(Operation::kEqual, value == bound);
        check(Operation::kNotEqual, value != bound);
        check(Operation::kLess, value < bound);
        check(Operation::kLessOrEqual, value <= bound);
        check(Operation::kGreater, value > bound);
        check(Operation::kGreaterOrEqual, value >= bound);
        check(Operation::kSignedLess, x < y);
        check(Operation::kSignedLessOrEqual, x <= y);
        check(Operation::kSignedGreater, x > y);
        check(Operation::kSignedGreaterOrEqual, x >= y);
      }
  EXPECT_EQ(lost, 0u);
}

TEST(NumbersTest, BitsThatNobodySetAreNotClaimed) {
  EXPECT_TRUE(Passed(Numbers::Constant(3, 32), 64).is_any());
  EXPECT_EQ(Passed(Numbers::Constant(0x100000003, 64), 32),
            Numbers::Constant(3, 32));
}

TEST(NumbersTest, MasksAndRangesArePrecise) {
  EXPECT_EQ(Apply(Operation::kAnd, Numbers::Any(32), Numbers::Constant(3, 32)),
            Numbers::Of({0, 1, 2, 3}, 32));
  const Numbers flags =
      Apply(Operation::kOr, Numbers::Any(32), Numbers::Constant(0x80000, 32));
  EXPECT_EQ(flags.ones(), 0x80000u);
  EXPECT_EQ(flags.ToFact().mask, 0x80000u);
  EXPECT_EQ(Restrict(Restrict(Numbers::Any(32), Operation::kSignedGreater, 0),
                     Operation::kSignedLess, 3),
            Numbers::Of({1, 2}, 32));
}

}  // namespace
}  // namespace bailey::analyzer
