// What graphs cost as instructions, before they are emitted.
//
//   GraphCost cost(graph);
//   size_t size = cost.Size(roots);       // together, parts in common once
//   double mean = cost.MeanExecuted(root);

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_GRAPH_COST_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_GRAPH_COST_H_

#include <span>
#include <vector>

#include "policy-compiler/lower/decision_graph.h"
#include "policy-compiler/seccomp/argument_search.h"

namespace bailey::policy {

// Roots are entered with the accumulator holding none of their words. The graph
// must not change while this exists.
class GraphCost {
 public:
  explicit GraphCost(const DecisionGraph& graph);

  size_t Size(std::span<const NodeId> roots) const;
  // Every way to be allowed is taken to be as frequent as every other.
  double MeanExecuted(NodeId root) const;

 private:
  double Entered(NodeId id, const WordTest* before) const;

  const DecisionGraph& graph_;
  std::vector<double> mean_;  // by node, from its jump on
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_GRAPH_COST_H_
