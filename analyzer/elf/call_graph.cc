#include "analyzer/elf/call_graph.h"

#include <algorithm>
#include <set>

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

uint32_t CountFunctions(const LinkMap& link) {
  uint32_t count = 0;
  for (const ElfImage& image : link.images())
    count += static_cast<uint32_t>(image.functions().size());
  return count;
}

}  // namespace

CallGraph::CallGraph(const LinkMap& link, const ReachOptions& options)
    : link_(link),
      indirect_node_(CountFunctions(link)),
      data_(link, indirect_node_ + 1) {
  uint32_t count = 0;
  for (const ElfImage& image : link.images()) {
    first_node_.push_back(count);
    count += static_cast<uint32_t>(image.functions().size());
  }
  functions_.assign(count, {0, nullptr});
  edges_.resize(data_.end());
  sites_.resize(data_.end());
  missing_.resize(data_.end());
  for (uint32_t i = 0; i < link.images().size(); ++i) AddImage(i, options);
  AddRunTimeEntries(options.entries);
  if (options.c_library_facts) ApplyFacts();
  PassNumbersToCallers();
}

const ElfImage& CallGraph::ImageOf(uint32_t node) const {
  CHECK(node != indirect_node_);
  return link_.images()[node < indirect_node_ ? functions_[node].first
                                              : data_.ImageOf(node)];
}

std::string CallGraph::NameOf(uint32_t node) const {
  if (node == indirect_node_) return "(indirect call)";
  return node < indirect_node_ ? functions_[node].second->name
                               : data_.NameOf(node);
}

void CallGraph::AddImage(uint32_t image, const ReachOptions& options) {
  const ElfImage& file = link_.images()[image];
  for (uint32_t i = 0; i < file.functions().size(); ++i) {
    AddFunction(image, i);
    if (options.live_data)
      AddReferences(image, i);
    else if (file.functions()[i].has_indirect_call)
      AddAddress(NodeOf(image, i), indirect_node_);
  }
  AddIndirectTargets(image);
  if (!options.live_data) return;
  AddData(image);
  AddUnusedSlots(image);
}

// --- Data
// ----------------------------------------------------------------------

void CallGraph::AddReferences(uint32_t image, uint32_t index) {
  const uint32_t node = NodeOf(image, index);
  const MachineFunction& function = link_.images()[image].functions()[index];
  for (uint32_t target : data_.TargetsOf(image, function))
    AddAddress(node, target);
}

void CallGraph::AddData(uint32_t image) {
  const DataObjects& data = link_.images()[image].data();
  const uint32_t coarse = data_.CoarseNode(image);
  for (uint32_t i = 0; i < data.objects().size(); ++i) {
    const DataObject& object = data.objects()[i];
    const uint32_t node = data_.ObjectNode(image, i);
    if (object.is_coarse) AddAddress(coarse, node);
    for (uint32_t word = object.first_word; word < object.last_word; ++word)
      AddAddress(node, data_.WordNode(image, word));
  }
  for (uint32_t word : data.loose_words())
    AddAddress(coarse, data_.WordNode(image, word));
  for (uint32_t word = 0; word < data.words().size(); ++word)
    AddWord(image, word);
}

void CallGraph::AddWord(uint32_t image, uint32_t index) {
  const DataWord& word = link_.images()[image].data().words()[index];
  const uint32_t node = data_.WordNode(image, index);
  switch (word.kind) {
    case DataWord::Kind::kFunction:
      return AddAddress(node, NodeOf(image, word.function));
    case DataWord::Kind::kImport:
      AddImport(image, node, word.import,
                {0, CallEdge::Kind::kAddress, nullptr});
      for (uint32_t target : data_.TargetsOfImport(word.import))
        AddAddress(node, target);
      return;
    case DataWord::Kind::kData:
      for (uint32_t target : data_.TargetsOfAddress(image, word.target))
        AddAddress(node, target);
      return;
  }
}

// An import that no code seems to use is used in a way that is not understood:
// by tables for unwinding, say.
void CallGraph::AddUnusedSlots(uint32_t image) {
  const ElfImage& file = link_.images()[image];
  std::set<std::string> unused(file.slot_imports().begin(),
                               file.slot_imports().end());
  for (const MachineFunction& function : file.functions()) {
    for (const std::string& each : function.imports) unused.erase(each);
    for (const std::string& each : function.takes_address_of_imports)
      unused.erase(each);
  }
  for (const std::string& each : unused)
    AddImport(image, data_.CoarseNode(image), each,
              {0, CallEdge::Kind::kAddress, nullptr});
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
  const std::vector<SymbolReference> symbols = link_.ResolveAll(import);
  if (symbols.empty()) {
    // A variable is no function, and a weak symbol is tested before it is used.
    if (!link_.IsData(import) && !link_.IsDefinedElsewhere(import) &&
        !link_.images()[image].IsWeakImport(import))
      missing_[from].push_back(import);
    return;
  }
  for (const SymbolReference& symbol : symbols) {
    for (uint32_t function : symbol.symbol->functions) {
      edge.target = NodeOf(symbol.image, function);
      edges_[from].push_back(edge);
    }
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
