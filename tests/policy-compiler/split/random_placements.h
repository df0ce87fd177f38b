// Placement problems at random, small enough to try all placements.
//
//   RandomPlacements problems(7);
//   PlacementProblem problem = problems.Next(2, 5);  // portions, symbols

#ifndef BAILEY_TESTS_POLICY_COMPILER_SPLIT_RANDOM_PLACEMENTS_H_
#define BAILEY_TESTS_POLICY_COMPILER_SPLIT_RANDOM_PLACEMENTS_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

#include "policy-compiler/split/placement_problem.h"

namespace bailey::policy {

class RandomPlacements {
 public:
  explicit RandomPlacements(unsigned seed) : random_(seed) {}

  PlacementProblem Next(size_t portions, size_t most_symbols) {
    PlacementProblem problem;
    for (size_t p = 0; p < portions; ++p)
      problem.portions.push_back("p" + std::to_string(p));
    const size_t count = 1 + Below(most_symbols);
    for (size_t s = 0; s < count; ++s) {
      problem.symbols.push_back(
          {"s" + std::to_string(s), Below(4), Below(3) * 8, Below(4) == 0});
      AddSomewhere(problem, static_cast<uint32_t>(s));
    }
    for (size_t i = Below(4 * count); i > 0; --i) AddRule(problem);
    return problem;
  }

 private:
  uint32_t Below(size_t most) {
    return most == 0 ? 0 : static_cast<uint32_t>(random_() % most);
  }
  uint32_t Symbol(const PlacementProblem& problem) {
    return Below(problem.symbols.size());
  }

  static void AddSomewhere(PlacementProblem& problem, uint32_t symbol) {
    PlacementCondition condition;
    for (uint32_t p = 0; p < problem.portions.size(); ++p)
      condition.any_of.push_back({symbol, p, true});
    problem.conditions.push_back(condition);
  }

  void AddRule(PlacementProblem& problem) {
    const uint32_t a = Symbol(problem);
    const uint32_t b = Symbol(problem);
    const uint32_t portion = Below(problem.portions.size());
    switch (Below(6)) {
      case 0:
        problem.conditions.push_back({{{a, portion, Below(3) != 0}}, ""});
        return;
      case 1:  // state
        for (uint32_t p = 0; p < problem.portions.size(); ++p)
          for (uint32_t q = p + 1; q < problem.portions.size(); ++q)
            problem.conditions.push_back({{{a, p, false}, {a, q, false}}, ""});
        return;
      case 2:  // a use
        for (const uint32_t p : {uint32_t{0}, kEachTrusted})
          problem.conditions.push_back({{{a, p, false}, {b, p, true}}, ""});
        return;
      case 3:
        problem.conditions.push_back({{{a, 0, false}, {b, 0, false}}, ""});
        return;
      default:
        problem.calls.push_back({a, b, 1 + Below(3)});
        problem.conditions.push_back(
            {{{a, kEachTrusted, false}, {b, kEachTrusted, true}}, ""});
    }
  }

  std::mt19937 random_;
};

}  // namespace bailey::policy

#endif  // BAILEY_TESTS_POLICY_COMPILER_SPLIT_RANDOM_PLACEMENTS_H_
