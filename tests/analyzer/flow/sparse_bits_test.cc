// Sets of numbers beside std::set, for unions of all sizes: few into many go
// another way than many into many.
#include "analyzer/flow/sparse_bits.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace bailey::analyzer {
namespace {

using PlainSet = std::set<uint32_t>;

struct Both {
  SparseBits bits;
  PlainSet set;
};

PlainSet NumbersOf(const SparseBits& bits) {
  PlainSet set;
  bits.ForEach([&](uint32_t number) { set.insert(number); });
  EXPECT_EQ(bits.Count(), set.size());
  return set;
}

PlainSet Minus(const PlainSet& a, const PlainSet& b) {
  PlainSet rest;
  for (const uint32_t each : a)
    if (!b.contains(each)) rest.insert(each);
  return rest;
}

class SparseBitsTest : public ::testing::Test {
 protected:
  uint32_t Below(uint32_t count) {
    return static_cast<uint32_t>(random_() % count);
  }

  // Of a number of members that may be 0, small or large, near or far apart.
  Both Any() {
    constexpr uint32_t kSizes[] = {0, 1, 2, 3, 20, 400, 3000};
    constexpr uint32_t kRanges[] = {64, 1000, 100'000};
    Both both;
    const uint32_t range = kRanges[Below(3)];
    for (uint32_t i = kSizes[Below(7)]; i > 0; --i) {
      const uint32_t number = Below(range);
      EXPECT_EQ(both.bits.Insert(number), both.set.insert(number).second);
    }
    return both;
  }

  std::mt19937 random_{7};
};

TEST_F(SparseBitsTest, AUnionIsTheUnionAndTellsWhatIsNew) {
  for (int i = 0; i < 3000; ++i) {
    Both a = Any();
    const Both b = Any();
    const SparseBits added = a.bits.Unite(b.bits);
    ASSERT_EQ(NumbersOf(added), Minus(b.set, a.set));
    a.set.insert(b.set.begin(), b.set.end());
    ASSERT_EQ(NumbersOf(a.bits), a.set);
    for (const uint32_t each : b.set) ASSERT_TRUE(a.bits.Contains(each));
  }
}

TEST_F(SparseBitsTest, AUnionWithoutSomeLeavesThemOut) {
  for (int i = 0; i < 2000; ++i) {
    Both a = Any();
    const Both b = Any();
    const Both gone = Any();
    DenseBits without;
    for (const uint32_t each : gone.set) without.Insert(each);
    const PlainSet kept = Minus(b.set, gone.set);
    EXPECT_EQ(b.bits.Intersects(without), kept.size() != b.set.size());
    ASSERT_EQ(NumbersOf(a.bits.Unite(b.bits, without)), Minus(kept, a.set));
    a.set.insert(kept.begin(), kept.end());
    ASSERT_EQ(NumbersOf(a.bits), a.set);
  }
}

TEST_F(SparseBitsTest, WhatIsRemovedIsGone) {
  for (int i = 0; i < 2000; ++i) {
    Both a = Any();
    const Both b = Any();
    SparseBits by_sparse = a.bits;
    by_sparse.Remove(b.bits);
    DenseBits dense;
    for (const uint32_t each : b.set) dense.Insert(each);
    a.bits.Remove(dense);
    ASSERT_EQ(NumbersOf(by_sparse), Minus(a.set, b.set));
    ASSERT_EQ(by_sparse, a.bits);
  }
}

}  // namespace
}  // namespace bailey::analyzer
