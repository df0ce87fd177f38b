// The solver and the maximum flow against all placements of small problems.
#include "policy-compiler/split/placement_solver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

#include "tests/policy-compiler/split/random_placements.h"

namespace bailey::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::UnorderedElementsAre;

std::optional<PlacementCost> CheapestOfAll(const PlacementProblem& problem) {
  std::optional<PlacementCost> cheapest;
  const size_t bits = problem.portions.size() * problem.symbols.size();
  for (uint32_t all = 0; all < (1u << bits); ++all) {
    PlacementChoice choice(problem.portions.size(),
                           std::vector<bool>(problem.symbols.size()));
    for (size_t i = 0; i < bits; ++i)
      choice[i / problem.symbols.size()][i % problem.symbols.size()] =
          (all >> i & 1) != 0;
    if (FindBroken(problem, choice) != nullptr) continue;
    const PlacementCost cost = CostOf(problem, choice);
    if (!cheapest || cost < *cheapest) cheapest = cost;
  }
  return cheapest;
}

void ExpectTheSame(const PlacementProblem& problem, bool is_exact) {
  const std::optional<PlacementCost> cheapest = CheapestOfAll(problem);
  const PlacementBound bound = BoundPlacement(problem);
  const auto answer = SolvePlacement(problem, bound, 0);
  ASSERT_TRUE(answer.ok());
  ASSERT_EQ(!answer->choice.empty(), cheapest.has_value());
  if (!cheapest) return;
  EXPECT_EQ(answer->cost, *cheapest);
  EXPECT_EQ(FindBroken(problem, answer->choice), nullptr);
  EXPECT_FALSE(bound.is_impossible);
  EXPECT_LE(bound.cost, *cheapest);
  if (!bound.is_placement) return;
  EXPECT_EQ(bound.cost, *cheapest);
  EXPECT_TRUE(is_exact);
}

TEST(PlacementSolverTest, TwoPortionsCostWhatTheCheapestOfAllDoes) {
  RandomPlacements programs(1);
  int exact = 0;
  for (int round = 0; round < 250; ++round) {
    const PlacementProblem problem = programs.Next(2, 5);
    SCOPED_TRACE(round);
    ExpectTheSame(problem, true);
    exact += BoundPlacement(problem).is_placement;
  }
  EXPECT_GT(exact, 50);  // the flow alone finds many
}

TEST(PlacementSolverTest, ThreePortionsCostWhatTheCheapestOfAllDoes) {
  RandomPlacements programs(2);
  for (int round = 0; round < 250; ++round) {
    SCOPED_TRACE(round);
    ExpectTheSame(programs.Next(3, 4), false);
  }
}

// `load` must be trusted alone, `main` not, and main has all that it calls.
PlacementProblem Conflict() {
  PlacementProblem problem;
  problem.portions = {"worker", "signer"};
  problem.symbols = {{"main", 10}, {"load", 5}, {"parse", 20}};
  problem.conditions = {
      {{{0, 0, true}}, "main starts the program"},
      {{{1, 0, false}}, "load gets the key"},
      {{{0, 0, false}, {1, 0, true}}, "load tells main", "declassify load;", 5},
      {{{2, 0, true}}, "parse is an input function"},
      {{{0, 0, false}, {1, 0, true}},
       "load tells main again",
       "declassify all;",
       50},
  };
  return problem;
}

TEST(PlacementSolverTest, AConflictNamesNoMoreThanItNeeds) {
  PlacementProblem problem = Conflict();
  const auto answer = SolvePlacement(problem, BoundPlacement(problem), 0);
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->choice.empty());
  ASSERT_EQ(answer->conflicts.size(), 2u);
  for (const auto& conflict : answer->conflicts) {
    EXPECT_EQ(conflict.size(), 3u);
    for (const PlacementCondition& each : conflict)
      EXPECT_NE(each.reason, "parse is an input function");
  }
}

TEST(PlacementSolverTest, TheCheapestChangeIsTheLeastThatHelps) {
  PlacementProblem problem = Conflict();
  problem.conditions.pop_back();
  const auto answer = SolvePlacement(problem, BoundPlacement(problem), 0);
  ASSERT_TRUE(answer.ok());
  EXPECT_THAT(answer->changes, ElementsAre(Field(&PlacementCondition::change,
                                                 "declassify load;")));
}

TEST(PlacementSolverTest, AllChangesThatAreNeededAreNamed) {
  PlacementProblem problem = Conflict();
  const auto answer = SolvePlacement(problem, BoundPlacement(problem), 0);
  ASSERT_TRUE(answer.ok());
  EXPECT_THAT(answer->changes,
              UnorderedElementsAre(
                  Field(&PlacementCondition::change, "declassify load;"),
                  Field(&PlacementCondition::change, "declassify all;")));
}

TEST(PlacementSolverTest, WhereNoChangeHelpsNoneIsNamed) {
  PlacementProblem problem = Conflict();
  for (PlacementCondition& each : problem.conditions) each.change.clear();
  const auto answer = SolvePlacement(problem, BoundPlacement(problem), 0);
  ASSERT_TRUE(answer.ok());
  EXPECT_TRUE(answer->changes.empty());
}

TEST(PlacementSolverTest, TheFlowKnowsAnImpossibleProblem) {
  EXPECT_TRUE(BoundPlacement(Conflict()).is_impossible);
}

// Sums beyond what a bound of Z3's can be.
TEST(PlacementSolverTest, LargeCostsAreAddedUp) {
  PlacementProblem problem;
  problem.portions = {"worker", "signer"};
  problem.symbols = {{"main", 1, 0, false}};
  problem.conditions = {{{{0, 0, true}}, "", "", 0},
                        {{{0, 1, false}}, "", "", 0}};
  for (uint32_t i = 1; i <= 3000; ++i) {
    problem.symbols.push_back({"f", 1, uint64_t{1} << 20, false});
    problem.conditions.push_back({{{i, 0, false}}, "", "", 0});
    problem.conditions.push_back({{{i, 1, true}}, "", "", 0});
    problem.calls.push_back({0, i, 1});
  }
  const PlacementBound bound = BoundPlacement(problem);
  const auto answer = SolvePlacement(problem, bound, 0);
  ASSERT_TRUE(answer.ok());
  ASSERT_FALSE(answer->choice.empty());
  EXPECT_EQ(answer->cost, bound.cost);
  EXPECT_EQ(answer->cost[static_cast<size_t>(PlacementTerm::kToldBits)],
            int64_t{3000} << 20);
}

// Of two trusted portions the flow sees one: its bound is below.
TEST(PlacementSolverTest, TheGapIsSeenWhereTheFlowCannotTellPortionsApart) {
  PlacementProblem problem;
  problem.portions = {"worker", "a", "b"};
  problem.symbols = {{"helper", 7}, {"f", 1}, {"g", 1}};
  for (uint32_t s = 1; s < 3; ++s) {
    problem.conditions.push_back({{{s, s, true}}, ""});
    problem.conditions.push_back({{{s, 0, false}}, ""});
    problem.conditions.push_back(
        {{{s, kEachTrusted, false}, {0, kEachTrusted, true}}, ""});
  }
  const PlacementBound bound = BoundPlacement(problem);
  const auto answer = SolvePlacement(problem, bound, 0);
  ASSERT_TRUE(answer.ok());
  const auto lines = static_cast<size_t>(PlacementTerm::kTrustedLines);
  EXPECT_EQ(answer->cost[lines], 16);  // the helper twice
  EXPECT_EQ(bound.cost[lines], 9);
  EXPECT_FALSE(bound.is_placement);
}

}  // namespace
}  // namespace bailey::policy
