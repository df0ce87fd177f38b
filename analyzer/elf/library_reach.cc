#include "analyzer/elf/library_reach.h"

#include <sys/syscall.h>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "analyzer/elf/call_graph.h"
#include "analyzer/elf/graph_search.h"
#include "analyzer/elf/passed_arguments.h"
#include "analyzer/elf/reach_collector.h"

namespace bailey::analyzer {
namespace {

ParameterValues OwnParameters() {
  ParameterValues values;
  for (int i = 0; i < kFollowedParameters; ++i)
    values[i] = MachineValue::Parameter(i);
  return values;
}

// --- The three passes
// --------------------------------------------------------------

// The functions that are the symbol's own body: itself and what it jumps to,
// with the symbol's values of their parameters.
std::map<uint32_t, ParameterValues> Bind(const CallGraph& graph,
                                         const std::vector<uint32_t>& roots) {
  std::map<uint32_t, ParameterValues> bound;
  std::deque<uint32_t> waiting;
  const auto enter = [&](uint32_t node, const ParameterValues& values) {
    const auto [found, is_new] = bound.try_emplace(node, values);
    const ParameterValues before = found->second;
    for (int i = 0; i < kFollowedParameters; ++i)
      found->second[i] = Join(found->second[i], values[i]);
    if (is_new || before != found->second) waiting.push_back(node);
  };
  for (uint32_t root : roots) enter(root, OwnParameters());
  while (!waiting.empty()) {
    const uint32_t node = waiting.front();
    waiting.pop_front();
    const ParameterValues values = bound.at(node);
    for (const CallEdge& edge : graph.edges(node)) {
      if (edge.kind != CallEdge::Kind::kTail) continue;
      ParameterValues passed;
      for (int i = 0; i < kFollowedParameters; ++i)
        passed[i] = Substitute(edge.site->arguments[i], values);
      enter(edge.target, passed);
    }
  }
  return bound;
}

void CollectDirect(const CallGraph& graph, const std::vector<uint32_t>& roots,
                   ReachCollector& collector, SymbolReach& out) {
  GraphSearch search(graph);
  for (uint32_t root : roots) search.AddRoot(root);
  search.Run(
      [](const CallEdge& edge) { return edge.kind == CallEdge::Kind::kTail; });
  for (const auto& [node, values] : Bind(graph, roots)) {
    collector.CollectFunction(node, ReachConfidence::kDirect, search);
    collector.CollectSites(node, ReachConfidence::kDirect, AsPassed(values),
                           search);
  }
  for (uint32_t root : roots)
    for (const SyscallSite& site : graph.sites(root))
      if (site.number_parameter)
        out.parameter_syscalls.push_back(
            {*site.number_parameter, site.arguments});
}

// What is in `excluded` is never entered.
SymbolReach Reach(const CallGraph& graph, const ParameterUse& use,
                  const std::vector<uint32_t>& roots, bool has_direct,
                  const std::set<uint32_t>& excluded = {}) {
  SymbolReach out;
  ReachCollector collector(graph, out);
  if (has_direct) CollectDirect(graph, roots, collector, out);
  const auto is_own =
      has_direct ? Bind(graph, roots) : std::map<uint32_t, ParameterValues>{};
  GraphSearch calls(graph);
  for (uint32_t root : roots) calls.AddRoot(root);
  calls.Run([&](const CallEdge& edge) {
    return edge.kind != CallEdge::Kind::kAddress &&
           !excluded.contains(edge.target);
  });
  GraphSearch all(graph);
  for (uint32_t root : roots) all.AddRoot(root);
  all.Run(
      [&](const CallEdge& edge) { return !excluded.contains(edge.target); });
  // Roots that are no symbol are entered by nobody knows whom.
  PassedArguments passed(graph, use, all.reached(), is_own,
                         has_direct ? std::vector<uint32_t>() : roots);
  for (uint32_t node : calls.reached()) {
    if (!is_own.contains(node))
      collector.CollectFunction(node, ReachConfidence::kReachable, calls);
    collector.CollectPassed(node, ReachConfidence::kReachable, passed, calls);
  }
  std::vector<bool> is_uncalled(graph.size(), false);
  for (uint32_t node : all.reached()) {
    if (!calls.Contains(node)) {
      constexpr auto kCoarse = ReachConfidence::kOverApproximated;
      collector.CollectFunction(node, kCoarse, all);
      collector.CollectPassed(node, kCoarse, passed, all);
    }
    for (const CallEdge& edge : graph.edges(node))
      if (edge.kind == CallEdge::Kind::kAddress && all.Contains(edge.target))
        is_uncalled[edge.target] = true;
  }
  if (!has_direct)
    for (uint32_t root : roots) is_uncalled[root] = true;
  for (uint32_t node = 0; node < graph.size(); ++node)
    if (is_uncalled[node]) collector.CollectUncalled(node, all);
  collector.Finish();
  return out;
}

}  // namespace

// When a process that was stopped in a call with a time limit goes on, the
// kernel has it make restart_syscall(2), which no code of the process names:
// filters see it like any other.
void AddKernelsOwnCalls(SymbolReach& reach) {
  if (reach.Find(SYS_restart_syscall) != nullptr) return;
  ReachedSyscall restart{SYS_restart_syscall,
                         ReachConfidence::kOverApproximated,
                         {},
                         {"(kernel)"}};
  const auto place = std::ranges::upper_bound(
      reach.syscalls, std::pair(restart.confidence, restart.number), {},
      [](const ReachedSyscall& each) {
        return std::pair(each.confidence, each.number);
      });
  reach.syscalls.insert(place, std::move(restart));
}

const ReachedSyscall* SymbolReach::Find(uint32_t number) const {
  // INVARIANT: sorted by confidence, so the first is the best.
  for (const ReachedSyscall& syscall : syscalls)
    if (syscall.number == number) return &syscall;
  return nullptr;
}

LibraryReach::LibraryReach(const LinkMap& link, const ReachOptions& options)
    : link_(&link),
      graph_(std::make_unique<CallGraph>(link, options)),
      use_(std::make_unique<ParameterUse>(*graph_, link)) {}
LibraryReach::~LibraryReach() = default;
LibraryReach::LibraryReach(LibraryReach&&) noexcept = default;

Result<SymbolReach> LibraryReach::ReachFrom(std::string_view symbol) const {
  const auto found = link_->Resolve(symbol);
  if (!found)
    return Fail(
        "no linked file exports a function `" + std::string(symbol) + "`",
        "name the library that defines it");
  std::vector<uint32_t> roots;
  for (uint32_t function : found->symbol->functions)
    roots.push_back(graph_->NodeOf(found->image, function));
  SymbolReach reach = Reach(*graph_, *use_, roots, true);
  reach.symbol = symbol;
  return reach;
}

SymbolReach LibraryReach::ReachFromFunction(uint32_t image,
                                            uint32_t function) const {
  const uint32_t node = graph_->NodeOf(image, function);
  SymbolReach reach = Reach(*graph_, *use_, {node}, true);
  reach.symbol = graph_->NameOf(node);
  return reach;
}

SymbolReach LibraryReach::ReachFromImage(uint32_t image) const {
  const ElfImage& file = link_->images()[image];
  std::set<uint32_t> roots;
  for (const ElfExport& each : file.exports())
    for (uint32_t function : each.functions)
      roots.insert(graph_->NodeOf(image, function));
  for (uint32_t function : file.data_address_taken())
    roots.insert(graph_->NodeOf(image, function));
  SymbolReach reach =
      Reach(*graph_, *use_, {roots.begin(), roots.end()}, false);
  reach.symbol = "(any function of the image)";
  return reach;
}

// What an executable that is not built yet begins and ends with, and what
// loaders look up by name at startup: glibc's in the C library, musl's (the
// last two) in itself.
constexpr std::string_view kFoundByName[] = {
    "__libc_start_main", "exit", "__libc_early_init", "malloc", "calloc",
    "realloc",           "free", "__dls2b",           "__dls3"};

SymbolReach LibraryReach::ReachFromNodes(
    const std::vector<uint32_t>& nodes,
    const std::set<uint32_t>& excluded) const {
  return Reach(*graph_, *use_, nodes, false, excluded);
}

// The loader runs a resolver; what it chooses is run by who calls that.
void AddResolver(const CallGraph& graph, uint32_t node,
                 std::vector<uint32_t>& roots) {
  if (!graph.sites(node).empty() || graph.FunctionOf(node)->incomplete)
    return roots.push_back(node);
  for (const CallEdge& edge : graph.edges(node))
    if (edge.kind != CallEdge::Kind::kAddress ||
        graph.FunctionOf(edge.target) == nullptr)
      roots.push_back(edge.target);
}

std::vector<uint32_t> LibraryReach::StartupRoots() const {
  std::vector<uint32_t> roots;
  const auto add = [&](uint32_t image, const std::vector<uint32_t>& functions) {
    for (uint32_t function : functions)
      roots.push_back(graph_->NodeOf(image, function));
  };
  const auto add_entry = [&](std::optional<uint32_t> image) {
    if (image && link_->images()[*image].entry())
      add(*image, {*link_->images()[*image].entry()});
  };
  add_entry(link_->interpreter());
  add_entry(link_->executable());
  for (uint32_t i = 0; i < link_->images().size(); ++i) {
    if (graph_->IsLoadedByCode(i)) continue;
    const ElfImage& image = link_->images()[i];
    for (uint32_t function : image.resolvers())
      AddResolver(*graph_, graph_->NodeOf(i, function), roots);
    add(i, image.constructors());
    add(i, image.destructors());
    roots.push_back(graph_->data().CoarseNode(i));
  }
  for (const std::string_view symbol : kFoundByName)
    for (const SymbolReference& found : link_->ResolveAll(symbol))
      add(found.image, found.symbol->functions);
  // What an executable that is not built yet will begin and end with, and may
  // name.
  if (!link_->executable())
    for (uint32_t node : graph_->data().ExportedObjects())
      if (!graph_->IsLoadedByCode(graph_->data().ImageOf(node)))
        roots.push_back(node);
  return roots;
}

SymbolReach LibraryReach::StartupReach() const {
  SymbolReach reach = Reach(*graph_, *use_, StartupRoots(), false);
  reach.symbol = "(startup and exit)";
  AddKernelsOwnCalls(reach);
  return reach;
}

}  // namespace bailey::analyzer
