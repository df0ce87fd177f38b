#include "policy-compiler/seccomp/graph_cost.h"

#include <array>

#include "policy-compiler/seccomp/accumulator.h"

namespace bailey::policy {
namespace {

Entry EntryOf(const WordTest& test, const WordTest* before) {
  return EntryFrom(before ? HeldAfter(*before) : Accumulator{}, test);
}

// The nodes below some roots and the entries at which they are needed.
class Needs {
 public:
  explicit Needs(const DecisionGraph& graph)
      : graph_(graph), needed_(graph.size()) {}

  void AddRoot(NodeId root) {
    AddNode(root, nullptr);
    while (!pending_.empty()) {
      // Nodes do not move: the graph does not grow meanwhile.
      const auto& decision = std::get<Decision>(graph_.node(pending_.back()));
      pending_.pop_back();
      AddNode(decision.if_true, &decision.test);
      AddNode(decision.if_false, &decision.test);
    }
  }

  size_t size() const { return size_; }

 private:
  void AddNode(NodeId id, const WordTest* before) {
    const auto* decision = std::get_if<Decision>(&graph_.node(id));
    const bool is_new = !needed_[id][kAtTest];
    needed_[id][kAtTest] = true;
    if (is_new) ++size_;
    if (decision == nullptr) return;
    AddEntry(id, EntryOf(decision->test, before), decision->test);
    if (is_new) pending_.push_back(id);
  }

  void AddEntry(NodeId id, Entry entry, const WordTest& test) {
    std::array<bool, kEntryCount>& needed = needed_[id];
    if (entry == kAtTest || needed[entry]) return;
    const bool has_mask = needed[kAtLoad] || needed[kAtMask];
    if (test.mask != ~uint32_t{0} && !has_mask) ++size_;
    if (entry == kAtLoad) ++size_;
    needed[entry] = true;
  }

  const DecisionGraph& graph_;
  std::vector<std::array<bool, kEntryCount>> needed_;
  std::vector<NodeId> pending_;  // decisions whose branches are to be added
  size_t size_ = 0;
};

}  // namespace

GraphCost::GraphCost(const DecisionGraph& graph) : graph_(graph) {
  Ways ways(graph);
  mean_.reserve(graph.size());
  for (NodeId id = 0; id < graph.size(); ++id) {
    const auto* decision = std::get_if<Decision>(&graph.node(id));
    if (decision == nullptr) {
      mean_.push_back(1);
      continue;
    }
    const double to_true = ways.ShareOfTrue(*decision);
    mean_.push_back(1 + to_true * Entered(decision->if_true, &decision->test) +
                    (1 - to_true) *
                        Entered(decision->if_false, &decision->test));
  }
}

double GraphCost::Entered(NodeId id, const WordTest* before) const {
  const auto* decision = std::get_if<Decision>(&graph_.node(id));
  if (decision == nullptr) return mean_[id];
  const Entry entry = EntryOf(decision->test, before);
  return mean_[id] + InstructionsBefore(entry, decision->test);
}

double GraphCost::MeanExecuted(NodeId root) const {
  return Entered(root, nullptr);
}

size_t GraphCost::Size(std::span<const NodeId> roots) const {
  Needs needs(graph_);
  for (const NodeId root : roots) needs.AddRoot(root);
  return needs.size();
}

}  // namespace bailey::policy
