// The search over the values of one 32-bit word: from ranges of values to a
// graph of tests of that word. System call numbers and sets of permitted
// argument values are both found by it.
//
//   const WeightedRange ranges[] = {{0, 6, no, 0}, {7, 7, yes, 1}, ...};
//   NodeId root = BuildWordSearch(graph, kNumberWord, ranges, {},
//   SearchCost{});

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_WORD_SEARCH_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_WORD_SEARCH_H_

#include <span>
#include <vector>

#include "policy-compiler/lower/decision_graph.h"

namespace bailey::policy {

// The values first..last, both included, what decides them, and how often the
// search is made for one of them.
struct WeightedRange {
  uint32_t first = 0;
  uint32_t last = 0;
  NodeId node = 0;
  double weight = 0;
};

struct WeightedValue {
  uint32_t value = 0;
  double weight = 0;
};

// What the search makes small: tests + (executed tests * weight of the value
// searched for, summed) * per_weight.
struct SearchCost {
  double per_weight = 0;
};

// `ranges` cover all 32-bit values in ascending order; neighbours may lead to
// the same node. `frequent`: values that may be worth a test of their own,
// their weights being part of their ranges'. All tests read the whole word or a
// part of it by a mask, so that they are of the kind that the kernel's bitmap
// is computed through.
NodeId BuildWordSearch(DecisionGraph& graph, uint8_t word,
                       std::span<const WeightedRange> ranges,
                       std::span<const WeightedValue> frequent,
                       const SearchCost& cost);

// The fewest tests that a search by order and equality alone takes: each run of
// values that differs from its neighbours costs a boundary, and a single value
// inside of others one test (dynamic programming over the ranges).
int CountTests(std::span<const WeightedRange> ranges);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_WORD_SEARCH_H_
