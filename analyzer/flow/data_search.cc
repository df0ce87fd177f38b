// Breadth first, so that a way is a shortest one; first without what is
// assumed, then with it.
#include "analyzer/flow/data_search.h"

#include <algorithm>

namespace bailey::analyzer {

DataSearch::DataSearch(const DataGraph& graph, DataSearchOptions options)
    : graph_(graph),
      options_(options),
      parents_(graph.size() * 2, kUnseen),
      assumed_(graph.size() * 2, false) {}

void DataSearch::Start(Node node, DataLabel label) {
  if (node == 0) return;
  const State state = StateOf(node, label);
  Add(state, state, false);
}

void DataSearch::Add(State state, State parent, bool assumed) {
  if (parents_[state] != kUnseen) return;
  parents_[state] = parent;
  assumed_[state] = assumed;
  queue_.push_back(state);
}

void DataSearch::Visit(State from, const DataEdge& edge) {
  if (!Follows(edge)) return;
  const auto label = static_cast<DataLabel>(from % 2);
  // What memory of code without source holds is handed back by nobody we know.
  const bool assumed =
      edge.kind == DataEdgeKind::kAssumed || from / 2 == graph_.unknown;
  const State to = StateOf(
      edge.to, edge.kind == DataEdgeKind::kReveal ? DataLabel::kData : label);
  if (assumed && !assuming_)
    later_.push_back({to, from});
  else
    Add(to, from, assuming_);
}

void DataSearch::Run() {
  size_t next = 0;
  const auto drain = [&] {
    for (; next < queue_.size(); ++next) {
      const State state = queue_[next];
      for (const DataEdge& edge : graph_.From(state / 2)) Visit(state, edge);
    }
  };
  drain();
  assuming_ = true;
  for (const Later& each : later_) Add(each.state, each.parent, true);
  later_.clear();
  drain();
}

std::vector<std::string> DataSearch::PathTo(Node node, DataLabel label) const {
  std::vector<std::string> path;
  State state = StateOf(node, label);
  while (parents_[state] != kUnseen) {
    const Node at = state / 2;
    std::string name;
    if (const uint32_t function = graph_.FunctionOf(at);
        function != DataGraph::kNone)
      name = graph_.functions[function].id;
    else if (const uint32_t object = graph_.ObjectOf(at);
             object != DataGraph::kNone)
      name = graph_.objects[object];
    else if (at == graph_.unknown)
      name = kUnknownOwner;
    if (!name.empty() && (path.empty() || path.back() != name))
      path.push_back(name);
    if (parents_[state] == state) break;
    state = parents_[state];
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace bailey::analyzer
