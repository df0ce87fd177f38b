#include "common/documents/value_set.h"

#include <gtest/gtest.h>

#include <random>

namespace bailey {
namespace {

constexpr uint64_t kAll = ~uint64_t{0};

TEST(ValueSetTest, BitsAreWithinTheirBounds) {
  const ValueSet set = ValueSet::WithBits(0x3, 0x1);
  EXPECT_EQ(set.min, 1u);
  EXPECT_EQ(set.max, kAll - 2);
  EXPECT_TRUE(Contains(set, uint64_t{0x401}));
  EXPECT_FALSE(Contains(set, uint64_t{0x402}));
}

TEST(ValueSetTest, NoKnownBitIsAnyValue) {
  EXPECT_EQ(ValueSet::WithBits(0, 0), (ValueSet{0, kAll}));
}

TEST(ValueSetDeathTest, NoBitIsOutsideTheMask) {
  EXPECT_DEATH(ValueSet::WithBits(0x1, 0x3), "");
}

TEST(ValueSetTest, OneHoldsAnother) {
  const ValueSet append = ValueSet::WithBits(0x400, 0x400);
  const ValueSet write_append = ValueSet::WithBits(0x403, 0x401);
  EXPECT_TRUE(Contains(append, write_append));
  EXPECT_FALSE(Contains(write_append, append));
  EXPECT_TRUE(Contains(append, ValueSet{0x400, 0x7ff}));
  EXPECT_FALSE(Contains(append, ValueSet{0x400, 0x800}));
  EXPECT_TRUE(Contains(ValueSet{0, kAll}, append));
  EXPECT_FALSE(Contains(ValueSet{0, 0xffffffff}, append));
}

TEST(ValueSetTest, WhatOneHoldsIsInIt) {
  std::mt19937_64 random(5);
  const auto any = [&random] {
    const uint64_t first = random() % 16;
    if (random() % 2 == 0) return ValueSet{first, first + random() % 8};
    const uint64_t mask = kAll - random() % 16;
    return ValueSet::WithBits(mask, first & mask);
  };
  int held = 0;
  for (int i = 0; i < 2000; ++i) {
    const ValueSet wide = any();
    const ValueSet narrow = any();
    bool all = true;
    for (uint64_t value = 0; value < 32; ++value)
      all = all && (!Contains(narrow, value) || Contains(wide, value));
    const bool holds = Contains(wide, narrow);
    EXPECT_LE(holds, all) << ValueSetText(wide) << " " << ValueSetText(narrow);
    held += holds;
  }
  EXPECT_GT(held, 50);
}

TEST(ValueSetTest, IsWrittenForPeople) {
  EXPECT_EQ(ValueSetText({5, 5}), "0x5");
  EXPECT_EQ(ValueSetText({1, 5}), "0x1..0x5");
  EXPECT_EQ(ValueSetText(ValueSet::WithBits(0x403, 0x401)), "0x401/0x403");
}

}  // namespace
}  // namespace bailey
