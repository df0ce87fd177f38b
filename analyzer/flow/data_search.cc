// Breadth first, so that a way is a shortest one; first without what is
// assumed, then with it.
#include "analyzer/flow/data_search.h"

#include <algorithm>
#include <utility>

namespace bailey::analyzer {

DataSearch::DataSearch(const DataGraph& graph, DataSearchOptions options)
    : graph_(graph),
      options_(std::move(options)),
      parents_(graph.size() * 2, kUnseen),
      assumed_(graph.size() * 2, false),
      ways_(graph.size() * 2, 0) {}

void DataSearch::Start(Node node, DataLabel label) {
  if (node == 0) return;
  const State state = StateOf(node, label);
  Add({state, kAnyWay}, state, false);
}

void DataSearch::StartFor(Node node, DataLabel label,
                          const std::vector<uint32_t>& sites) {
  const uint32_t function = graph_.FunctionOf(node);
  if (function == DataGraph::kNone || sites.empty()) return Start(node, label);
  const State state = StateOf(node, label);
  for (const uint32_t site : sites)
    sites_[{{function, kStartWay}, site}].callers.push_back({state, kAnyWay});
  Add({state, kStartWay}, state, false);
}

// Who came from anywhere need not be followed by any other way.
void DataSearch::Add(Place place, State parent, bool assumed) {
  uint32_t& ways = ways_[place.state];
  const uint32_t bit = uint32_t{1} << place.way;
  if ((ways & (bit | uint32_t{1} << kAnyWay)) != 0) return;
  ways |= bit;
  queue_.push_back(place);
  if (parents_[place.state] != kUnseen) return;
  parents_[place.state] = parent;
  assumed_[place.state] = assumed;
}

void DataSearch::Visit(Place from, const DataEdge& edge) {
  if (!Follows(edge)) return;
  // What memory of code without source holds is handed back by nobody we know.
  const bool assumed =
      edge.kind == DataEdgeKind::kAssumed || from.state / 2 == graph_.unknown;
  if (assumed && !assuming_) return later_.push_back({from, edge});
  const auto label = static_cast<DataLabel>(from.state % 2);
  if (IsKept(from.state / 2, edge, label)) return;
  const State to = StateOf(
      edge.to, edge.kind == DataEdgeKind::kReveal ? DataLabel::kData : label);
  switch (edge.passing) {
    case DataPassing::kNone:
      return Move(from, edge, to);
    case DataPassing::kEnter:
      return Enter(from, edge, to);
    case DataPassing::kLeave:
      return Leave(from, edge, to);
  }
}

// Within a function it is still who it was.
void DataSearch::Move(Place from, const DataEdge& edge, State to) {
  const uint32_t function = graph_.FunctionOf(edge.to);
  const bool stays = function != DataGraph::kNone &&
                     function == graph_.FunctionOf(from.state / 2);
  Add({to, stays ? from.way : kAnyWay}, from.state, assuming_);
}

void DataSearch::Enter(Place from, const DataEdge& edge, State to) {
  const auto way = static_cast<Way>(1 + edge.parameter * 2 + to % 2);
  const Visited entered{graph_.FunctionOf(edge.to), way};
  Site& site = sites_[{entered, edge.site}];
  const bool is_known =
      std::ranges::any_of(site.callers, [&](const Place& each) {
        return each.way == from.way || each.way == kAnyWay;
      });
  if (!is_known) {
    site.callers.push_back(from);
    for (const Exit& each : site.exits)
      Add({each.to, BackTo(from, each.to)}, each.from, assuming_);
  }
  Add({to, way}, from.state, assuming_);
}

void DataSearch::Leave(Place from, const DataEdge& edge, State to) {
  if (from.way == kAnyWay) return Add({to, kAnyWay}, from.state, assuming_);
  const Visited entered{graph_.FunctionOf(from.state / 2), from.way};
  Site& site = sites_[{entered, edge.site}];
  site.exits.push_back({from.state, to});
  for (const Place& each : site.callers)
    Add({to, BackTo(each, to)}, from.state, assuming_);
}

// Memory is nobody's.
DataSearch::Way DataSearch::BackTo(Place caller, State to) const {
  return graph_.FunctionOf(to / 2) == DataGraph::kNone ? kAnyWay : caller.way;
}

void DataSearch::Run() {
  size_t next = 0;
  const auto drain = [&] {
    for (; next < queue_.size(); ++next) {
      const Place place = queue_[next];
      for (const DataEdge& edge : graph_.From(place.state / 2))
        Visit(place, edge);
    }
  };
  drain();
  assuming_ = true;
  const std::vector<Later> later = std::exchange(later_, {});
  for (const Later& each : later) Visit(each.from, each.edge);
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
