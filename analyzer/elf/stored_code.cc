// What code leaves behind, over-approximated: no address that was taken is
// forgotten again.

#include "analyzer/elf/stored_code.h"

#include <set>

#include "analyzer/elf/graph_search.h"

namespace bailey::analyzer {
namespace {

// The node of all indirect calls does not count as holding its targets: who
// calls through a pointer later has an edge to it of his own.
void AddStored(const CallGraph& graph, uint32_t node,
               std::set<uint32_t>& stored) {
  if (node == graph.indirect_node()) return;
  for (const CallEdge& edge : graph.edges(node))
    if (edge.kind == CallEdge::Kind::kAddress &&
        graph.FunctionOf(edge.target) != nullptr)
      stored.insert(edge.target);
}

}  // namespace

std::vector<uint32_t> StoredFunctions(const CallGraph& graph,
                                      const std::vector<uint32_t>& roots) {
  GraphSearch search(graph);
  for (const uint32_t root : roots) search.AddRoot(root);
  search.Run([](const CallEdge&) { return true; });
  std::set<uint32_t> stored;
  for (const uint32_t node : search.reached()) AddStored(graph, node, stored);
  return {stored.begin(), stored.end()};
}

std::vector<uint32_t> ExitFunctions(const CallGraph& graph,
                                    const LinkMap& link) {
  std::set<uint32_t> nodes;
  for (uint32_t i = 0; i < link.images().size(); ++i)
    for (const uint32_t function : link.images()[i].destructors())
      nodes.insert(graph.NodeOf(i, function));
  for (const char* symbol : {"exit", "_exit"})
    if (const auto found = link.Resolve(symbol))
      for (const uint32_t function : found->symbol->functions)
        nodes.insert(graph.NodeOf(found->image, function));
  return {nodes.begin(), nodes.end()};
}

}  // namespace bailey::analyzer
