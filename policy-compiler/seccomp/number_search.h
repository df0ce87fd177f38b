// The search over system call numbers: from a list of ranges to a tree of tests
// of the number.
//
//   NodeId root = BuildNumberSearch(graph, lowered.numbers, SearchCost{});

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_NUMBER_SEARCH_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_NUMBER_SEARCH_H_

#include <span>

#include "policy-compiler/lower/lower.h"

namespace bailey::policy {

// What the search makes small: instructions * per_instruction + (mean executed
// tests over the ranges that the kernel's bitmap does not answer) * per_step.
struct SearchCost {
  double per_instruction = 1;
  double per_step = 4;
};

// `numbers` cover all 32-bit numbers in ascending order, neighbours differ.
NodeId BuildNumberSearch(DecisionGraph& graph,
                         std::span<const NumberRange> numbers,
                         const SearchCost& cost);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_NUMBER_SEARCH_H_
