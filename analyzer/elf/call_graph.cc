#include "analyzer/elf/call_graph.h"

#include <algorithm>
#include <deque>

#include "common/check.h"

namespace bailey::analyzer {
namespace {

// More sites than this whose number comes from callers are summed up as one
// that is not resolved; recursion would make ever new ones.
constexpr size_t kMaxParameterSites = 16;

bool SameEffect(const SyscallSite& a, const SyscallSite& b) {
  return a.number == b.number && a.possible_numbers == b.possible_numbers &&
         a.number_parameter == b.number_parameter &&
         a.arguments == b.arguments && a.address == b.address;
}

bool IsFull(const std::vector<SyscallSite>& sites) {
  const auto count =
      std::count_if(sites.begin(), sites.end(), [](const SyscallSite& site) {
        return site.number_parameter.has_value();
      });
  return static_cast<size_t>(count) >= kMaxParameterSites;
}

}  // namespace

CallGraph::CallGraph(const LinkMap& link) : link_(link) {
  uint32_t count = 0;
  for (const ElfImage& image : link.images()) {
    first_node_.push_back(count);
    count += static_cast<uint32_t>(image.functions().size());
  }
  indirect_node_ = count;
  functions_.assign(count + 1, {0, nullptr});
  edges_.resize(count + 1);
  sites_.resize(count + 1);
  missing_.resize(count + 1);
  for (uint32_t i = 0; i < link.images().size(); ++i) AddImage(i);
  PassNumbersToCallers();
}

const ElfImage& CallGraph::ImageOf(uint32_t node) const {
  CHECK(node < indirect_node_);
  return link_.images()[functions_[node].first];
}

std::string CallGraph::NameOf(uint32_t node) const {
  return node == indirect_node_ ? "(indirect call)"
                                : functions_[node].second->name;
}

void CallGraph::AddImage(uint32_t image) {
  const ElfImage& file = link_.images()[image];
  for (uint32_t i = 0; i < file.functions().size(); ++i) AddFunction(image, i);
  AddIndirectTargets(image);
}

void CallGraph::AddIndirectTargets(uint32_t image) {
  const ElfImage& file = link_.images()[image];
  const CallEdge edge{0, CallEdge::Kind::kAddress, nullptr};
  for (uint32_t function : file.data_address_taken()) {
    edges_[indirect_node_].push_back(edge);
    edges_[indirect_node_].back().target = NodeOf(image, function);
  }
  for (const std::string& import : file.data_address_taken_imports())
    AddImport(image, indirect_node_, import, edge);
}

void CallGraph::AddImport(uint32_t image, uint32_t from,
                          const std::string& import, CallEdge edge) {
  const auto symbol = link_.Resolve(import);
  if (!symbol) {
    // A variable is no function, and a weak symbol is tested before it is used.
    if (!link_.IsData(import) && !link_.IsDefinedElsewhere(import) &&
        !link_.images()[image].IsWeakImport(import))
      missing_[from].push_back(import);
    return;
  }
  for (uint32_t function : symbol->symbol->functions) {
    edge.target = NodeOf(symbol->image, function);
    edges_[from].push_back(edge);
  }
}

void CallGraph::AddFunction(uint32_t image, uint32_t index) {
  const MachineFunction& function = link_.images()[image].functions()[index];
  const uint32_t node = NodeOf(image, index);
  functions_[node] = {image, &function};
  sites_[node] = function.syscalls;
  for (const CallSite& site : function.call_sites) {
    CallEdge edge{
        0, site.is_tail ? CallEdge::Kind::kTail : CallEdge::Kind::kCall, &site};
    if (!site.function) {
      AddImport(image, node, site.import, edge);
      continue;
    }
    edge.target = NodeOf(image, *site.function);
    edges_[node].push_back(edge);
  }
  for (uint32_t taken : function.takes_address_of)
    edges_[node].push_back(
        {NodeOf(image, taken), CallEdge::Kind::kAddress, nullptr});
  for (const std::string& import : function.takes_address_of_imports)
    AddImport(image, node, import, {0, CallEdge::Kind::kAddress, nullptr});
  if (function.has_indirect_call)
    edges_[node].push_back({indirect_node_, CallEdge::Kind::kAddress, nullptr});
}

// The caller's view of a site whose number it passes.
void CallGraph::Derive(uint32_t caller, const CallEdge& edge,
                       const SyscallSite& site,
                       std::vector<uint32_t>& changed) {
  SyscallSite derived;
  derived.address = edge.site->address;
  const int parameter = *site.number_parameter;
  const MachineValue number =
      Substitute(MachineValue::Parameter(parameter), edge.site->arguments);
  for (size_t i = 0; i < site.arguments.size(); ++i)
    derived.arguments[i] = Substitute(site.arguments[i], edge.site->arguments);
  if (number.kind == MachineValue::Kind::kConstant) {
    derived.number = static_cast<uint32_t>(number.constant);
    derived.possible_numbers = {*derived.number};
  } else if (number.kind == MachineValue::Kind::kParameter &&
             !IsFull(sites_[caller])) {
    derived.number_parameter = number.parameter;
    derived.unresolved_reason = "the number is parameter " +
                                std::to_string(number.parameter) +
                                " of the function";
  } else {
    derived.unresolved_reason = "the number that is passed to `" +
                                NameOf(edge.target) + "` is computed";
  }
  auto& sites = sites_[caller];
  for (const SyscallSite& known : sites)
    if (SameEffect(known, derived)) return;
  if (derived.number_parameter) changed.push_back(caller);
  sites.push_back(std::move(derived));
}

void CallGraph::PassNumbersToCallers() {
  std::vector<std::vector<std::pair<uint32_t, const CallEdge*>>> callers(
      size());
  for (uint32_t node = 0; node < size(); ++node)
    for (const CallEdge& edge : edges_[node])
      if (edge.site) callers[edge.target].push_back({node, &edge});
  std::vector<uint32_t> waiting;
  for (uint32_t node = 0; node < size(); ++node)
    for (const SyscallSite& site : sites_[node])
      if (site.number_parameter) waiting.push_back(node);
  while (!waiting.empty()) {
    const uint32_t node = waiting.back();
    waiting.pop_back();
    // A copy: a function may call itself.
    const std::vector<SyscallSite> sites = sites_[node];
    for (const auto& [caller, edge] : callers[node])
      for (const SyscallSite& site : sites)
        if (site.number_parameter) Derive(caller, *edge, site, waiting);
  }
}

}  // namespace bailey::analyzer
