// Breadth-first search over the call graph, apart from what is collected on the
// way.
//
//   GraphSearch search(graph);
//   search.AddRoot(graph.NodeOf(image, function));
//   search.Run([](const CallEdge& edge) { return edge.target != main; });
//   if (search.Contains(node)) Print(search.PathTo(node));

#ifndef BAILEY_ANALYZER_ELF_GRAPH_SEARCH_H_
#define BAILEY_ANALYZER_ELF_GRAPH_SEARCH_H_

#include <cstdint>
#include <string>
#include <vector>

#include "analyzer/elf/call_graph.h"

namespace bailey::analyzer {

// Which nodes are reached, each with the one before it on a shortest path from
// any root.
class GraphSearch {
 public:
  // `graph` must outlive this.
  explicit GraphSearch(const CallGraph& graph)
      : graph_(graph), before_(graph.size(), kNoNode) {}

  void AddRoot(uint32_t node) {
    if (!Contains(node)) Add(node, node);
  }

  // Follows the edges that `follows` allows from all that is reached.
  template <class Follows>
  void Run(Follows follows) {
    for (size_t i = 0; i < reached_.size(); ++i)
      for (const CallEdge& edge : graph_.edges(reached_[i]))
        if (!Contains(edge.target) && follows(edge))
          Add(edge.target, reached_[i]);
  }

  bool Contains(uint32_t node) const { return before_[node] != kNoNode; }
  // In the order of discovery.
  const std::vector<uint32_t>& reached() const { return reached_; }

  // Names of functions, and in parentheses of data, from a root to the node.
  std::vector<std::string> PathTo(uint32_t node) const;

 private:
  static constexpr uint32_t kNoNode = ~uint32_t{0};

  void Add(uint32_t node, uint32_t before) {
    before_[node] = before;
    reached_.push_back(node);
  }

  const CallGraph& graph_;
  std::vector<uint32_t> before_;
  std::vector<uint32_t> reached_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_ELF_GRAPH_SEARCH_H_
