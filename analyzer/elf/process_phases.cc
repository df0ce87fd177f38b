// Cuts the graph of a process at its main.

#include "analyzer/elf/process_phases.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <vector>

#include "analyzer/elf/call_graph.h"
#include "analyzer/elf/graph_search.h"
#include "analyzer/elf/stored_code.h"

namespace bailey::analyzer {
namespace {

constexpr std::string_view kStarter = "__libc_start_main";

bool IsStarter(const ElfImage& image, const CallSite& site) {
  const std::string_view import = site.import;
  if (!import.empty()) return import.substr(0, import.find('@')) == kStarter;
  return site.function && image.functions()[*site.function].name == kStarter;
}

// glibc's _start makes one call and passes on what the kernel, or the loader,
// left in rdx as its sixth argument: a static file without symbols shows no
// more of it.
bool LooksLikeStart(const MachineFunction& entry) {
  return entry.call_sites.size() == 1 && entry.call_sites[0].function &&
         entry.call_sites[0].arguments[5] == MachineValue::Parameter(2);
}

std::optional<uint32_t> FunctionAt(const ElfImage& image,
                                   const MachineValue& value) {
  if (value.kind != MachineValue::Kind::kAddress &&
      value.kind != MachineValue::Kind::kConstant)
    return std::nullopt;
  const auto& functions = image.functions();
  for (uint32_t i = 0; i < functions.size(); ++i)
    if (functions[i].address == value.constant) return i;
  return std::nullopt;
}

std::set<uint32_t> NodesOf(const LinkMap& link, const CallGraph& graph,
                           std::string_view symbol) {
  std::set<uint32_t> nodes;
  for (uint32_t i = 0; i < link.images().size(); ++i)
    if (const ElfExport* found = link.images()[i].FindExport(symbol))
      for (const uint32_t function : found->functions)
        nodes.insert(graph.NodeOf(i, function));
  return nodes;
}

// Everything that startup may have left behind for later.
void AddLeftBehind(const CallGraph& graph,
                   const std::vector<uint32_t>& startup_roots,
                   const std::set<uint32_t>& excluded,
                   std::set<uint32_t>& serving) {
  GraphSearch search(graph);
  for (const uint32_t root : startup_roots) search.AddRoot(root);
  search.Run(
      [&](const CallEdge& edge) { return !excluded.contains(edge.target); });
  std::set<uint32_t> left;
  for (const uint32_t node : search.reached())
    for (const CallEdge& edge : graph.edges(node))
      if (edge.kind == CallEdge::Kind::kAddress && !edge.is_lent)
        left.insert(edge.target);
  const std::vector<uint32_t> later = CalledLater(
      graph, {left.begin(), left.end()}, {serving.begin(), serving.end()});
  serving.insert(later.begin(), later.end());
}

}  // namespace

std::optional<uint32_t> FindMain(const LinkMap& link) {
  if (!link.executable()) return std::nullopt;
  const ElfImage& image = link.images()[*link.executable()];
  if (!image.entry()) return std::nullopt;
  const MachineFunction& entry = image.functions()[*image.entry()];
  for (const CallSite& site : entry.call_sites)
    if (IsStarter(image, site) || LooksLikeStart(entry))
      if (const auto found = FunctionAt(image, site.arguments[0])) return found;
  // Some start files pass it on through a function of their own.
  for (const CallSite& site : entry.call_sites)
    if (site.function)
      for (const CallSite& inner : image.functions()[*site.function].call_sites)
        if (IsStarter(image, inner))
          if (const auto found = FunctionAt(image, inner.arguments[0]))
            return found;
  return std::nullopt;
}

PhaseReach ReachByPhase(const LinkMap& link, const LibraryReach& reach,
                        uint32_t main) {
  const CallGraph& graph = reach.graph();
  const uint32_t main_node = graph.NodeOf(*link.executable(), main);
  std::set<uint32_t> ends = NodesOf(link, graph, "exit");
  std::set<uint32_t> excluded = ends;
  excluded.insert(main_node);
  for (uint32_t i = 0; i < link.images().size(); ++i)
    if (!graph.IsLoadedByCode(i))
      for (const uint32_t function : link.images()[i].destructors())
        ends.insert(graph.NodeOf(i, function));

  std::vector<uint32_t> startup_roots = reach.StartupRoots();
  std::erase_if(startup_roots,
                [&](uint32_t node) { return ends.contains(node); });
  std::set<uint32_t> serving = ends;
  serving.insert(main_node);
  for (const std::string_view symbol : {"malloc", "calloc", "realloc", "free"})
    serving.merge(NodesOf(link, graph, symbol));
  for (uint32_t i = 0; i < link.images().size(); ++i)
    if (link.IsLoadedAtRunTime(i) && !graph.IsLoadedByCode(i)) {
      for (const uint32_t function : link.images()[i].constructors())
        serving.insert(graph.NodeOf(i, function));
      for (const uint32_t function : link.images()[i].resolvers())
        serving.insert(graph.NodeOf(i, function));
    }
  AddLeftBehind(graph, startup_roots, excluded, serving);

  PhaseReach phases;
  phases.startup = reach.ReachFromNodes(startup_roots, excluded);
  phases.serving = reach.ReachFromNodes({serving.begin(), serving.end()}, {});
  AddKernelsOwnCalls(phases.startup);
  AddKernelsOwnCalls(phases.serving);
  return phases;
}

}  // namespace bailey::analyzer
