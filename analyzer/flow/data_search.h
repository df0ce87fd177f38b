// What can be reached in a data graph, and by which shortest way.
//
//   DataSearch search(graph, {.decisions = strict});
//   search.Start(node, DataLabel::kHandle);
//   search.Run();
//   if (search.Has(use.node)) Show(search.PathTo(use.node));
//
// What came into a function at a call goes back to that call alone, also
// through further calls; one set of calls is kept for each parameter and label,
// not one for each value. What starts in a function, and what comes out of
// memory, may go back to all callers: nobody knows who was there before. (So a
// way that PathTo() shows may have a call in it that another call returns
// from.)

#ifndef BAILEY_ANALYZER_FLOW_DATA_SEARCH_H_
#define BAILEY_ANALYZER_FLOW_DATA_SEARCH_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/flow/data_graph.h"

namespace bailey::analyzer {

// What is followed: the data, or a descriptor, stream or mapping that gives it.
enum class DataLabel : uint8_t { kData, kHandle };

struct DataSearchOptions {
  bool decisions = false;  // follow these, too
  // Functions of the graph from which data does not go back to who called
  // them, neither as a result nor behind a parameter; and those from which
  // what gives data does not.
  std::set<uint32_t> keep_data = {};
  std::set<uint32_t> keep_handles = {};
};

class DataSearch {
 public:
  using Node = DataGraph::Node;

  // `graph` must outlive it.
  explicit DataSearch(const DataGraph& graph, DataSearchOptions options = {});

  void Start(Node node, DataLabel label);
  // The function that the node is in has it only if it was called there.
  void StartFor(Node node, DataLabel label, const std::vector<uint32_t>& sites);
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
    bool is_found;  // both ends are, and what is between
  };
  // Calls `visit` for each edge along which data went.
  template <class Visit>
  void ForEachMove(Visit visit) const {
    for (Node node = 1; node < graph_.size(); ++node) {
      const bool data = Has(node);
      if (!data && !Has(node, DataLabel::kHandle)) continue;
      for (const DataEdge& edge : graph_.From(node)) {
        const bool moves = data || edge.kind == DataEdgeKind::kReveal;
        if (!moves || !Follows(edge) || !Has(edge.to)) continue;
        const DataLabel label = data ? DataLabel::kData : DataLabel::kHandle;
        if (IsKept(node, edge, label)) continue;
        visit(Crossing{node, edge.to,
                       IsFound(node, label) && IsFound(edge.to) &&
                           edge.kind != DataEdgeKind::kAssumed});
      }
    }
  }

 private:
  using State = uint32_t;
  static constexpr State kUnseen = ~State{0};

  // How a function was come to: from anywhere, or by calls that passed
  // something with a label for a parameter.
  using Way = uint8_t;
  static constexpr Way kAnyWay = 0;
  static constexpr size_t kWays = 1 + 2 * (kMostParametersApart + 1);
  static constexpr Way kStartWay = kWays;  // StartFor()
  static_assert(kStartWay < 32);
  struct Place {
    State state = 0;
    Way way = kAnyWay;
  };
  // In which function, and by which way.
  using Visited = std::pair<uint32_t, Way>;
  struct Exit {
    State from;
    State to;
  };
  // The calls at which a function was entered by a way, and what goes back
  // there.
  struct Site {
    std::vector<Place> callers;  // `state` is one of the caller's
    std::vector<Exit> exits;
  };

  static State StateOf(Node node, DataLabel label) {
    return node * 2 + static_cast<State>(label);
  }
  bool Follows(const DataEdge& edge) const {
    return options_.decisions || edge.kind != DataEdgeKind::kDecide;
  }
  bool IsKept(Node from, const DataEdge& edge, DataLabel label) const {
    if (edge.passing != DataPassing::kLeave) return false;
    const std::set<uint32_t>& kept =
        label == DataLabel::kData ? options_.keep_data : options_.keep_handles;
    return kept.contains(graph_.FunctionOf(from));
  }
  void Visit(Place from, const DataEdge& edge);
  void Move(Place from, const DataEdge& edge, State to);
  void Enter(Place from, const DataEdge& edge, State to);
  void Leave(Place from, const DataEdge& edge, State to);
  Way BackTo(Place caller, State to) const;
  void Add(Place place, State parent, bool assumed);

  const DataGraph& graph_;
  const DataSearchOptions options_;
  std::vector<State> parents_;  // its own: a start
  std::vector<bool> assumed_;
  std::vector<uint32_t> ways_;  // of each state, a bit for each
  std::vector<Place> queue_;
  struct Later {
    Place from;
    DataEdge edge;
  };
  std::vector<Later> later_;  // once all that is found is
  std::map<std::pair<Visited, uint32_t>, Site> sites_;
  bool assuming_ = false;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_DATA_SEARCH_H_
