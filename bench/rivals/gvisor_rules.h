// The rules of gVisor's pkg/seccomp, and their optimisation: alternatives that
// repeat a test of one argument, or of half of one, for every combination of
// the others have it taken out (seccomp_optimizer.go: extractRepeatedMatchers).
//
//   PerArgument all;
//   for (const policy::Comparison& test : tests) AddMatchers(test, all);
//   Rule rule = OptimizedRule({all, ...});

#ifndef BAILEY_BENCH_RIVALS_GVISOR_RULES_H_
#define BAILEY_BENCH_RIVALS_GVISOR_RULES_H_

#include <cstdint>
#include <map>
#include <vector>

#include "policy-compiler/language/policy.h"

namespace bailey::bench {

// A test of one half of an argument, or where it cannot be split of a whole
// one.
struct Matcher {
  bool is_half = true;
  uint32_t offset = 0;
  uint32_t mask = 0;
  uint32_t value = 0;
  policy::Comparison whole;
};

// What is asked of each argument: its low half, its high half, or the whole, by
// 3 * argument + 0, 1 or 2.
using PerArgument = std::map<int, std::vector<Matcher>>;

// An equality splits into its halves; one that asks nothing goes.
void AddMatchers(const policy::Comparison& test, PerArgument& all);

// Alternatives, or where `factors` is not empty a conjunction of such.
struct Rule {
  std::vector<PerArgument> any;
  std::vector<Rule> factors;
};

Rule OptimizedRule(std::vector<PerArgument> any);

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_RIVALS_GVISOR_RULES_H_
