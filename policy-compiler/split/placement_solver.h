// The cheapest placement, by Z3; or why there is none.
//
//   const PlacementAnswer answer = SolvePlacement(problem, bound, timeout_ms);
//   if (answer.choice.empty()) {
//     answer.conflicts  // why: sets of conditions that cannot hold together
//     answer.changes    // what to write to make a placement possible
//   }
//
// The solver is given the conditions and costs as they are (weighted soft
// constraints, MaxSAT by Z3's optimiser), the bound's maximum flow another form
// of them: two ways to the same figure. Where they agree the placement is
// optimal; where they differ, the difference is the gap.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_SOLVER_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_SOLVER_H_

#include <string>
#include <vector>

#include "common/result.h"
#include "policy-compiler/split/placement_flow.h"
#include "policy-compiler/split/placement_problem.h"

namespace bailey::policy {

struct PlacementAnswer {
  PlacementChoice choice;  // empty: there is none
  PlacementCost cost{};
  std::string solver;  // "z3 4.8.12", or "maximum flow" where Z3 did not end
  // Each: conditions that cannot hold together, of which none can be left out.
  std::vector<std::vector<PlacementCondition>> conflicts;
  // The cheapest, by what changes cost; empty: no change that an author can
  // write helps.
  std::vector<PlacementCondition> changes;
};

// `timeout_ms` for each question to Z3; 0: none. An error: Z3 did not end, and
// the bound is no placement.
Result<PlacementAnswer> SolvePlacement(const PlacementProblem& problem,
                                       const PlacementBound& bound,
                                       unsigned timeout_ms);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_SOLVER_H_
