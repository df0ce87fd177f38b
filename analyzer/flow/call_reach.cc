// Strongly connected components of the calls (Tarjan's algorithm, without
// recursion: chains of calls are long), and the graph between them.
#include "analyzer/flow/call_reach.h"

#include <algorithm>
#include <utility>

#include "common/sort_unique.h"

namespace bailey::analyzer {
namespace {

constexpr uint32_t kNone = ~uint32_t{0};

class Grouper {
 public:
  explicit Grouper(const std::vector<std::vector<uint32_t>>& next)
      : next_(next),
        index_(next.size(), kNone),
        low_(next.size(), 0),
        group_(next.size(), kNone) {}

  // The group of each.
  std::vector<uint32_t> Run() {
    for (uint32_t each = 0; each < next_.size(); ++each)
      if (index_[each] == kNone) Visit(each);
    return std::move(group_);
  }

 private:
  struct Frame {
    uint32_t vertex;
    size_t edge;
  };

  void Visit(uint32_t root) {
    Open(root);
    while (!frames_.empty()) {
      Frame& top = frames_.back();
      if (top.edge == next_[top.vertex].size())
        Close();
      else
        Follow(top.vertex, next_[top.vertex][top.edge++]);
    }
  }

  void Open(uint32_t vertex) {
    index_[vertex] = low_[vertex] = count_++;
    open_.push_back(vertex);
    frames_.push_back({vertex, 0});
  }

  void Follow(uint32_t from, uint32_t to) {
    if (index_[to] == kNone)
      Open(to);
    else if (group_[to] == kNone)
      low_[from] = std::min(low_[from], index_[to]);
  }

  void Close() {
    const uint32_t vertex = frames_.back().vertex;
    frames_.pop_back();
    if (!frames_.empty()) {
      uint32_t& low = low_[frames_.back().vertex];
      low = std::min(low, low_[vertex]);
    }
    if (low_[vertex] != index_[vertex]) return;
    while (group_[vertex] == kNone) {
      group_[open_.back()] = groups_;
      open_.pop_back();
    }
    ++groups_;
  }

  const std::vector<std::vector<uint32_t>>& next_;
  std::vector<uint32_t> index_;  // in the order of the search
  std::vector<uint32_t> low_;
  std::vector<uint32_t> group_;
  std::vector<uint32_t> open_;  // seen, and not in a group so far
  std::vector<Frame> frames_;
  uint32_t count_ = 0;
  uint32_t groups_ = 0;
};

}  // namespace

CallReach::CallReach(const PhaseGraph& graph, bool any)
    : graph_(graph),
      any_(any),
      pointed_(static_cast<uint32_t>(graph.functions.size())) {
  const std::vector<std::vector<uint32_t>> callees = Callees();
  group_ = Grouper(callees).Run();
  MakeGroups(callees);
}

template <class Visit>
void CallReach::ForEachCallee(const PhaseNode& node, Visit visit) const {
  for (const uint32_t callee : node.callees) visit(callee);
  if (any_ && node.calls_any) visit(pointed_);
}

std::vector<std::vector<uint32_t>> CallReach::Callees() const {
  std::vector<std::vector<uint32_t>> all(graph_.functions.size() + 1);
  for (uint32_t f = 0; f < graph_.functions.size(); ++f) {
    if (graph_.functions[f].pointed) all[pointed_].push_back(f);
    for (const PhaseNode& node : graph_.functions[f].nodes)
      ForEachCallee(node, [&](uint32_t callee) { all[f].push_back(callee); });
    SortUnique(all[f]);
  }
  return all;
}

void CallReach::MakeGroups(const std::vector<std::vector<uint32_t>>& callees) {
  groups_.resize(std::ranges::max(group_) + size_t{1});
  for (uint32_t f = 0; f < callees.size(); ++f) {
    Group& group = groups_[group_[f]];
    group.functions += f == pointed_ ? 0 : 1;
    for (const uint32_t callee : callees[f])
      if (group_[callee] != group_[f]) group.next.push_back(group_[callee]);
  }
  for (Group& each : groups_) SortUnique(each.next);
}

CallReach::Called CallReach::From(uint32_t function,
                                  const std::vector<uint32_t>& nodes) const {
  Called called;
  called.groups.assign(groups_.size(), false);
  std::vector<uint32_t> waiting;
  const auto enter = [&](uint32_t group) {
    if (called.groups[group]) return;
    called.groups[group] = true;
    called.functions += groups_[group].functions;
    waiting.push_back(group);
  };
  for (const uint32_t node : nodes)
    ForEachCallee(graph_.functions[function].nodes[node],
                  [&](uint32_t callee) { enter(group_[callee]); });
  while (!waiting.empty()) {
    const uint32_t group = waiting.back();
    waiting.pop_back();
    for (const uint32_t next : groups_[group].next) enter(next);
  }
  return called;
}

}  // namespace bailey::analyzer
