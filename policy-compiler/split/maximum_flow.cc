#include "policy-compiler/split/maximum_flow.h"

#include <algorithm>
#include <deque>

namespace bailey::policy {
namespace {

constexpr FlowAmount kNone{};

FlowAmount Sum(FlowAmount a, const FlowAmount& b) {
  for (size_t i = 0; i < kFlowTerms; ++i) a[i] += b[i];
  return a;
}

FlowAmount Difference(FlowAmount a, const FlowAmount& b) {
  for (size_t i = 0; i < kFlowTerms; ++i) a[i] -= b[i];
  return a;
}

}  // namespace

void MaximumFlow::Add(uint32_t from, uint32_t to, const FlowAmount& capacity) {
  if (from == to || capacity == kNone) return;
  edges_[from].push_back({to, edges_[to].size(), capacity});
  edges_[to].push_back({from, edges_[from].size() - 1, kNone});
}

bool MaximumFlow::FindLevels(uint32_t source, uint32_t sink) {
  std::ranges::fill(levels_, -1);
  levels_[source] = 0;
  std::deque<uint32_t> pending{source};
  while (!pending.empty()) {
    const uint32_t node = pending.front();
    pending.pop_front();
    for (const Edge& edge : edges_[node]) {
      if (levels_[edge.to] >= 0 || edge.room <= kNone) continue;
      levels_[edge.to] = levels_[node] + 1;
      pending.push_back(edge.to);
    }
  }
  return levels_[sink] >= 0;
}

// Along one shortest way; false: there is none left.
bool MaximumFlow::Push(uint32_t source, uint32_t sink, FlowAmount& total) {
  std::vector<Step> way;
  uint32_t node = source;
  while (node != sink) {
    if (next_[node] == edges_[node].size()) {
      if (way.empty()) return false;
      node = way.back().from;
      ++next_[node];
      way.pop_back();
      continue;
    }
    const Edge& edge = edges_[node][next_[node]];
    if (edge.room > kNone && levels_[edge.to] == levels_[node] + 1) {
      way.push_back({node, next_[node]});
      node = edge.to;
    } else {
      ++next_[node];
    }
  }
  const Step& first = way.front();
  FlowAmount amount = edges_[first.from][first.edge].room;
  for (const Step& step : way)
    amount = std::min(amount, edges_[step.from][step.edge].room);
  for (const Step& step : way) {
    Edge& edge = edges_[step.from][step.edge];
    edge.room = Difference(edge.room, amount);
    FlowAmount& back = edges_[edge.to][edge.reverse].room;
    back = Sum(back, amount);
  }
  total = Sum(total, amount);
  return true;
}

FlowAmount MaximumFlow::Run(uint32_t source, uint32_t sink) {
  FlowAmount total{};
  while (FindLevels(source, sink)) {
    next_.assign(edges_.size(), 0);
    while (Push(source, sink, total)) {
    }
  }
  return total;
}

}  // namespace bailey::policy
