// What conditions of a placement leave no choice about, one following from
// another, until two of them exclude each other: unit propagation (Davis,
// Logemann, Loveland, 1962), breadth first, so that what is found is short.
//
//   const std::vector<size_t> conflict =
//       FindConflict(problem, {0, 1, 2, 3});   // indices of conditions
//
// Most conditions say that one thing implies another, so that this finds at
// once why there is no placement, of thousands of them. It finds no conflict
// that only shows when several choices are tried.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_PROPAGATION_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_PROPAGATION_H_

#include <cstddef>
#include <span>
#include <vector>

#include "policy-compiler/split/placement_problem.h"

namespace bailey::policy {

// Those of `conditions` that cannot all hold, in ascending order; some may be
// superfluous. Empty: none was found, which is no proof that there is none.
std::vector<size_t> FindConflict(const PlacementProblem& problem,
                                 std::span<const size_t> conditions);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_PROPAGATION_H_
