// The decisions on a call's arguments in other orders of the words they test:
// each is equal to the given graph, but some are shorter, and some have parts
// in common with the decisions of other calls.
//
//   for (NodeId other : ArgumentOrders(graph, node, cost)) ...
//
// Sets of values are searched for as numbers of calls are (word_search.h).

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_ARGUMENT_SEARCH_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_ARGUMENT_SEARCH_H_

#include <optional>
#include <vector>

#include "policy-compiler/lower/decision_graph.h"

namespace bailey::policy {

// At least one, `node` itself where nothing else is known; without duplicates.
// `per_step`: what an executed test costs, in instructions.
std::vector<NodeId> ArgumentOrders(DecisionGraph& graph, NodeId node,
                                   double per_step);

// How many ways through the graph lead to a call that is made (allowed, logged
// or handed to a supervisor); ways to a denial count hardly anything. A high
// word of an argument is taken to be 0 wherever a call with 0 can be made.
class Ways {
 public:
  explicit Ways(const DecisionGraph& graph) : graph_(graph) {}
  double Of(NodeId node);
  // Of the calls that come to a test, the part that passes it.
  double ShareOfTrue(const Decision& decision);

 private:
  // Of a test of a high word. Requires that the branches are known.
  std::optional<bool> UsualOutcome(const Decision& decision) const;

  const DecisionGraph& graph_;
  std::vector<double> known_;  // by node, the first ones
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_ARGUMENT_SEARCH_H_
