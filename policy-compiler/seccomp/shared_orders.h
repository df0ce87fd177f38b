// Which order of tests each call's decision gets, so that all of them together
// are cheapest: parts that several calls have in common are emitted once.
//
//   std::vector<CallDecision> decisions = {{node, 0.7}, ...};
//   std::vector<NodeId> chosen = ChooseOrders(graph, decisions, 3);

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_SHARED_ORDERS_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_SHARED_ORDERS_H_

#include <span>
#include <vector>

#include "policy-compiler/lower/decision_graph.h"

namespace bailey::policy {

struct CallDecision {
  NodeId node = 0;
  double share = 0;  // of the runs of the filter
};

// For each decision an equal one. `per_step`: what one instruction executed in
// every run is worth, in instructions of size.
std::vector<NodeId> ChooseOrders(DecisionGraph& graph,
                                 std::span<const CallDecision> decisions,
                                 double per_step);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_SHARED_ORDERS_H_
