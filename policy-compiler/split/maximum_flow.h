// A maximum flow, with capacities of several terms of which an earlier one
// outweighs all later ones (docs/decisions/0019): the sums stay exact, and no
// weight has to be large enough.
//
//   MaximumFlow flow(node_count);
//   flow.Add(source, a, {0, 3});
//   FlowAmount value = flow.Run(source, sink);
//   flow.IsOnSourceSide(a);      // of the minimum cut with the fewest nodes
//
// Dinic's algorithm (1970), which needs no more of capacities than that they
// can be added, subtracted and compared.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_MAXIMUM_FLOW_H_
#define BAILEY_POLICY_COMPILER_SPLIT_MAXIMUM_FLOW_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace bailey::policy {

inline constexpr size_t kFlowTerms = 7;
// Compared term by term.
using FlowAmount = std::array<int64_t, kFlowTerms>;

class MaximumFlow {
 public:
  explicit MaximumFlow(size_t nodes) : edges_(nodes), levels_(nodes) {}

  // INVARIANT: the capacity is zero or more.
  void Add(uint32_t from, uint32_t to, const FlowAmount& capacity);
  // Once. `source` and `sink` differ.
  FlowAmount Run(uint32_t source, uint32_t sink);
  bool IsOnSourceSide(uint32_t node) const { return levels_[node] >= 0; }

 private:
  struct Edge {
    uint32_t to;
    size_t reverse;  // its place in edges_[to]
    FlowAmount room;
  };
  // How `to` was come to.
  struct Step {
    uint32_t from;
    size_t edge;
  };

  bool FindLevels(uint32_t source, uint32_t sink);
  bool Push(uint32_t source, uint32_t sink, FlowAmount& total);

  std::vector<std::vector<Edge>> edges_;
  std::vector<int32_t> levels_;  // -1: not reached
  std::vector<size_t> next_;     // of each node, the first edge still to try
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_MAXIMUM_FLOW_H_
