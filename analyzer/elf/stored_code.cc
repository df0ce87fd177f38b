// What code leaves behind, over-approximated: no address that was taken is
// forgotten again.

#include "analyzer/elf/stored_code.h"

#include <algorithm>
#include <functional>
#include <iterator>
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
    if (edge.kind == CallEdge::Kind::kAddress && !edge.is_lent &&
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

std::vector<uint32_t> CalledLater(const CallGraph& graph,
                                  const std::vector<uint32_t>& stored,
                                  const std::vector<uint32_t>& running) {
  const auto is_kept = [&](uint32_t node) { return graph.IsKept(node); };
  std::vector<uint32_t> free;
  std::ranges::copy_if(stored, std::back_inserter(free), std::not_fn(is_kept));
  GraphSearch search(graph);
  for (const uint32_t root : running) search.AddRoot(root);
  for (const uint32_t root : free) search.AddRoot(root);
  search.Run([](const CallEdge&) { return true; });
  const bool calls_kept = std::ranges::any_of(
      search.reached(), [&](uint32_t node) { return graph.MayCallKept(node); });
  return calls_kept ? stored : free;
}

std::vector<uint32_t> ExitFunctions(const CallGraph& graph,
                                    const LinkMap& link) {
  std::set<uint32_t> nodes;
  for (uint32_t i = 0; i < link.images().size(); ++i)
    if (!graph.IsLoadedByCode(i))
      for (const uint32_t function : link.images()[i].destructors())
        nodes.insert(graph.NodeOf(i, function));
  for (const char* symbol : {"exit", "_exit"})
    if (const auto found = link.Resolve(symbol))
      for (const uint32_t function : found->symbol->functions)
        nodes.insert(graph.NodeOf(found->image, function));
  return {nodes.begin(), nodes.end()};
}

}  // namespace bailey::analyzer
