// What can be reached in a data graph, and by which shortest way.
//
//   DataSearch search(graph, {.decisions = strict});
//   search.Start(node, DataLabel::kHandle);
//   search.Run();
//   if (search.Has(use.node)) Show(search.PathTo(use.node));

#ifndef BAILEY_ANALYZER_FLOW_DATA_SEARCH_H_
#define BAILEY_ANALYZER_FLOW_DATA_SEARCH_H_

#include <string>
#include <vector>

#include "analyzer/flow/data_graph.h"

namespace bailey::analyzer {

// What is followed: the data, or a descriptor, stream or mapping that gives it.
enum class DataLabel : uint8_t { kData, kHandle };

struct DataSearchOptions {
  bool decisions = false;  // follow these, too
};

class DataSearch {
 public:
  using Node = DataGraph::Node;

  // `graph` must outlive it.
  explicit DataSearch(const DataGraph& graph, DataSearchOptions options = {});

  void Start(Node node, DataLabel label);
  void Run();

  bool Has(Node node, DataLabel label = DataLabel::kData) const {
    return parents_[StateOf(node, label)] != kUnseen;
  }
  // False: through code or memory of which nothing is known, or that itself.
  bool IsFound(Node node, DataLabel label = DataLabel::kData) const {
    return Has(node, label) && !assumed_[StateOf(node, label)] &&
           node != graph_.unknown;
  }
  // Functions from the source on, and the globals between them.
  std::vector<std::string> PathTo(Node node,
                                  DataLabel label = DataLabel::kData) const;

  struct Crossing {
    Node from;
    Node to;
  };
  // Calls `visit` for each edge along which data went.
  template <class Visit>
  void ForEachMove(Visit visit) const {
    for (Node node = 1; node < graph_.size(); ++node) {
      const bool data = Has(node);
      if (!data && !Has(node, DataLabel::kHandle)) continue;
      for (const DataEdge& edge : graph_.From(node))
        if (Follows(edge) && (data || edge.kind == DataEdgeKind::kReveal))
          visit(Crossing{node, edge.to});
    }
  }

 private:
  using State = uint32_t;
  static constexpr State kUnseen = ~State{0};

  static State StateOf(Node node, DataLabel label) {
    return node * 2 + static_cast<State>(label);
  }
  bool Follows(const DataEdge& edge) const {
    return options_.decisions || edge.kind != DataEdgeKind::kDecide;
  }
  void Visit(State from, const DataEdge& edge);
  void Add(State state, State parent, bool assumed);

  const DataGraph& graph_;
  const DataSearchOptions options_;
  std::vector<State> parents_;  // its own: a start
  std::vector<bool> assumed_;
  std::vector<State> queue_;
  struct Later {
    State state;
    State parent;
  };
  std::vector<Later> later_;  // once all that is found is
  bool assuming_ = false;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_DATA_SEARCH_H_
