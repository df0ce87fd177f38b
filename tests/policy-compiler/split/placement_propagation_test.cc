#include "policy-compiler/split/placement_propagation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "tests/policy-compiler/split/random_placements.h"

namespace bailey::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<size_t> Find(const PlacementProblem& problem) {
  std::vector<size_t> all(problem.conditions.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return FindConflict(problem, all);
}

// Tries every placement.
bool IsPossible(const PlacementProblem& problem) {
  const size_t symbols = problem.symbols.size();
  const size_t places = problem.portions.size() * symbols;
  for (uint64_t bits = 0; bits < uint64_t{1} << places; ++bits) {
    PlacementChoice choice(problem.portions.size(), std::vector<bool>(symbols));
    for (size_t i = 0; i < places; ++i)
      choice[i / symbols][i % symbols] = (bits >> i & 1) != 0;
    if (FindBroken(problem, choice) == nullptr) return true;
  }
  return false;
}

TEST(PlacementPropagationTest, WhatItFindsCannotHold) {
  RandomPlacements problems(11);
  size_t found = 0;
  size_t impossible = 0;
  for (int i = 0; i < 600; ++i) {
    PlacementProblem problem = problems.Next(2 + i % 2, 4);
    const std::vector<size_t> conflict = Find(problem);
    const bool is_possible = IsPossible(problem);
    if (!is_possible) ++impossible;
    if (conflict.empty()) continue;
    ++found;
    EXPECT_FALSE(is_possible);
    PlacementProblem core = problem;
    core.conditions.clear();
    for (const size_t each : conflict)
      core.conditions.push_back(problem.conditions[each]);
    EXPECT_FALSE(IsPossible(core)) << i;
  }
  EXPECT_GT(found, 50u);
  EXPECT_GE(impossible, found);
}

// main -> f0 -> f1 -> ..., the last of which must not be there; beside it as
// many conditions that have nothing to do with it.
TEST(PlacementPropagationTest, AChainOfThousandsIsOneConflict) {
  constexpr uint32_t kLength = 20'000;
  PlacementProblem problem;
  problem.portions = {"worker", "signer"};
  for (uint32_t i = 0; i < 2 * kLength; ++i)
    problem.symbols.push_back({"f" + std::to_string(i), 1, 0, false});
  problem.conditions.push_back({{{0, 0, true}}, "starts"});
  for (uint32_t i = 0; i + 1 < kLength; ++i) {
    problem.conditions.push_back({{{i, 0, false}, {i + 1, 0, true}}, "calls"});
    problem.conditions.push_back(
        {{{kLength + i, 0, false}, {kLength + i + 1, 0, true}}, "aside"});
  }
  problem.conditions.push_back({{{kLength - 1, 0, false}}, "secret"});
  const std::vector<size_t> conflict = Find(problem);
  EXPECT_EQ(conflict.size(), size_t{kLength} + 1);
  for (const size_t each : conflict)
    EXPECT_NE(problem.conditions[each].reason, "aside");
}

TEST(PlacementPropagationTest, ConditionsForEachTrustedPortionCountForEach) {
  PlacementProblem problem;
  problem.portions = {"worker", "signer", "vault"};
  problem.symbols = {{"a", 1, 0, false}, {"b", 1, 0, false}};
  problem.conditions = {
      {{{0, kEachTrusted, false}, {1, kEachTrusted, true}}, "a uses b"},
      {{{0, 2, true}}, "a is in the vault"},
      {{{1, 2, false}}, "b is not"},
  };
  EXPECT_THAT(Find(problem), ElementsAre(0, 1, 2));
  problem.conditions[1].any_of[0].portion = 1;
  EXPECT_THAT(Find(problem), IsEmpty());
}

}  // namespace
}  // namespace bailey::policy
