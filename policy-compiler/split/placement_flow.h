// A lower bound for the cost of a placement, and often the best one itself, by
// a maximum flow: without any solver.
//
//   const PlacementBound bound = BoundPlacement(problem);
//   if (bound.is_impossible) ...              // then no placement exists
//   if (bound.is_placement) ...               // then none is cheaper
//
// All trusted portions are taken for one. Then a symbol is two variables,
// whether it is trusted and whether main's portion lacks it, and each condition
// of two literals says that one of them implies another: what is cheapest under
// such conditions is a minimum cut (Picard, "Maximal closure of a graph and
// applications to combinatorial problems", 1976; Dinic's algorithm for the
// flow). Longer conditions, and those that tell trusted portions apart, are
// left out, which can only make it cheaper.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_FLOW_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_FLOW_H_

#include "policy-compiler/split/placement_problem.h"

namespace bailey::policy {

struct PlacementBound {
  bool is_impossible = false;
  PlacementCost cost{};  // no placement costs less
  // `choice` is a placement of the problem, at that cost.
  bool is_placement = false;
  PlacementChoice choice;
};

PlacementBound BoundPlacement(const PlacementProblem& problem);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_PLACEMENT_FLOW_H_
