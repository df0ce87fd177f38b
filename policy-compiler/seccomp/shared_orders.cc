// Descent by coordinates: one decision after another takes the order that is
// best while the others stay, until none changes. It starts from three states,
// because an order that pays only once others have taken it, too, is not found
// one by one: each its own best, all in the order of words, all in the reverse.
//
// Known weakness: a local optimum.

#include "policy-compiler/seccomp/shared_orders.h"

#include <limits>

#include "policy-compiler/seccomp/argument_search.h"
#include "policy-compiler/seccomp/graph_cost.h"

namespace bailey::policy {
namespace {

constexpr int kMaxRounds = 5;
// Above this the decisions are too many to be weighed against each other.
constexpr size_t kMaxEvaluatedNodes = 200'000;

class Descent {
 public:
  Descent(const DecisionGraph& graph, std::span<const CallDecision> decisions,
          std::span<const std::vector<NodeId>> orders, double per_step)
      : cost_(graph),
        decisions_(decisions),
        orders_(orders),
        per_step_(per_step) {}

  double Cost(std::span<const NodeId> chosen) const {
    double executed = 0;
    for (size_t i = 0; i < chosen.size(); ++i) {
      executed += decisions_[i].share * cost_.MeanExecuted(chosen[i]);
    }
    return static_cast<double>(cost_.Size(chosen)) + per_step_ * executed;
  }

  std::vector<NodeId> EachItsBest() const {
    std::vector<NodeId> chosen;
    for (size_t i = 0; i < orders_.size(); ++i) {
      NodeId best = orders_[i].front();
      double best_cost = std::numeric_limits<double>::infinity();
      for (const NodeId order : orders_[i]) {
        const double cost =
            static_cast<double>(cost_.Size(std::span(&order, 1))) +
            per_step_ * decisions_[i].share * cost_.MeanExecuted(order);
        if (cost >= best_cost) continue;
        best = order;
        best_cost = cost;
      }
      chosen.push_back(best);
    }
    return chosen;
  }

  // Ends at the state from which no single change is better.
  double Descend(std::vector<NodeId>& chosen) const {
    double best = Cost(chosen);
    for (int round = 0; round < kMaxRounds; ++round) {
      const double before = best;
      for (size_t i = 0; i < chosen.size(); ++i)
        best = Improve(chosen, i, best);
      if (best >= before) break;
    }
    return best;
  }

 private:
  double Improve(std::vector<NodeId>& chosen, size_t i, double best) const {
    NodeId best_order = chosen[i];
    for (const NodeId order : orders_[i]) {
      chosen[i] = order;
      const double cost = Cost(chosen);
      if (cost >= best) continue;
      best = cost;
      best_order = order;
    }
    chosen[i] = best_order;
    return best;
  }

  const GraphCost cost_;
  const std::span<const CallDecision> decisions_;
  const std::span<const std::vector<NodeId>> orders_;
  const double per_step_;
};

std::vector<NodeId> Pick(std::span<const std::vector<NodeId>> orders,
                         bool last) {
  std::vector<NodeId> chosen;
  for (const std::vector<NodeId>& each : orders) {
    chosen.push_back(last ? each.back() : each[each.size() > 1 ? 1 : 0]);
  }
  return chosen;
}

// How many nodes a round of the descent looks at.
size_t NodesEvaluated(const DecisionGraph& graph,
                      std::span<const std::vector<NodeId>> orders) {
  size_t nodes = 0;
  size_t all = 0;
  for (const std::vector<NodeId>& each : orders) {
    nodes += graph.Reachable(each.front()).size();
    all += each.size();
  }
  return nodes * all;
}

}  // namespace

std::vector<NodeId> ChooseOrders(DecisionGraph& graph,
                                 std::span<const CallDecision> decisions,
                                 double per_step) {
  std::vector<std::vector<NodeId>> orders;
  for (const CallDecision& decision : decisions) {
    orders.push_back(
        ArgumentOrders(graph, decision.node, per_step * decision.share));
  }
  const Descent descent(graph, decisions, orders, per_step);
  std::vector<NodeId> best = descent.EachItsBest();
  if (NodesEvaluated(graph, orders) > kMaxEvaluatedNodes) return best;
  double best_cost = descent.Descend(best);
  for (const bool last : {false, true}) {
    std::vector<NodeId> chosen = Pick(orders, last);
    const double cost = descent.Descend(chosen);
    if (cost >= best_cost) continue;
    best_cost = cost;
    best = std::move(chosen);
  }
  return best;
}

}  // namespace bailey::policy
