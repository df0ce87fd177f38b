#include "bench/filters/dispatch_bound.h"

#include <gtest/gtest.h>

#include <vector>

namespace bailey::bench {
namespace {

TEST(FewestComparisons, OneEqualitySeparatesANumberFromBothSides) {
  EXPECT_EQ(FewestComparisons({}), 0u);
  EXPECT_EQ(FewestComparisons(std::vector<uint32_t>{4}), 1u);
  EXPECT_EQ(FewestComparisons(std::vector<uint32_t>{4, 5}), 1u);
  EXPECT_EQ(FewestComparisons(std::vector<uint32_t>{4, 6}), 2u);
  EXPECT_EQ(FewestComparisons(std::vector<uint32_t>{4, 5, 6}), 2u);
  EXPECT_EQ(FewestComparisons(std::vector<uint32_t>{4, 5, 6, 7}), 2u);
}

TEST(LeastComparisons, OfOneCallIsOneTestAndOfTwoTheLighterPaysBoth) {
  EXPECT_EQ(LeastComparisons(std::vector<WeightedRun>{{5, 6, 3}}), 3);
  EXPECT_EQ(LeastComparisons(std::vector<WeightedRun>{{5, 6, 3}, {9, 10, 1}}),
            5);
}

// A chain of equalities costs 1+2+…+8; halving first is better.
TEST(LeastComparisons, HalvesWhereManyCallsAreAlike) {
  std::vector<WeightedRun> runs;
  for (uint64_t i = 0; i < 8; ++i) runs.push_back({10 * i, 10 * i + 1, 1});
  EXPECT_LT(LeastComparisons(runs), 36);
  EXPECT_GE(LeastComparisons(runs), LeastTests(runs));
}

TEST(LeastTests, IsHuffmansCodeWithOneWordForTheRest) {
  EXPECT_EQ(LeastTests(std::vector<WeightedRun>{{5, 6, 3}}), 3);
  EXPECT_EQ(LeastTests(std::vector<WeightedRun>{{5, 6, 3}, {9, 10, 1}}), 5);
}

}  // namespace
}  // namespace bailey::bench
