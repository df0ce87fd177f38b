// What is loaded at run time, as edges from who loads it.

#include "analyzer/elf/call_graph.h"
#include "analyzer/elf/kept_code.h"

namespace bailey::analyzer {

void CallGraph::AddRunTimeEntries(const RunTimeEntries& entries) {
  by_code_.assign(link_.images().size(), false);
  is_kept_.assign(indirect_node_, false);
  may_call_kept_.assign(indirect_node_, false);
  for (const FileLoad& load : entries.loads) AddLoad(load);
  for (const uint32_t image : entries.always)
    for (const uint32_t each : LoadedWith(link_, image)) by_code_[each] = false;
  MarkKept(entries);
  for (const EntryCall& call : entries.calls) {
    const uint32_t entry = NodeOf(call.entry.image, call.entry.function);
    edges_[NodeOf(call.loader.image, call.loader.function)].push_back(
        {entry, CallEdge::Kind::kAddress, nullptr, IsKept(entry)});
  }
}

// The loader runs constructors and resolvers, and unloading destructors; of
// data without bounds all is there.
void CallGraph::AddLoad(const FileLoad& load) {
  const uint32_t from = NodeOf(load.loader.image, load.loader.function);
  for (const uint32_t image : LoadedWith(link_, load.image)) {
    by_code_[image] = true;
    const ElfImage& file = link_.images()[image];
    const auto add = [&](const std::vector<uint32_t>& functions, bool is_lent) {
      for (const uint32_t function : functions)
        edges_[from].push_back({NodeOf(image, function),
                                CallEdge::Kind::kAddress, nullptr, is_lent});
    };
    add(file.constructors(), true);
    add(file.resolvers(), true);
    add(file.destructors(), false);
    AddAddress(from, data_.CoarseNode(image));
  }
}

void CallGraph::MarkKept(const RunTimeEntries& entries) {
  const KeptCode kept(link_, entries);
  for (uint32_t image = 0; image < link_.images().size(); ++image) {
    if (!kept.IsKept(image)) continue;
    const ElfImage& file = link_.images()[image];
    for (uint32_t i = 0; i < file.functions().size(); ++i) {
      is_kept_[NodeOf(image, i)] = true;
      may_call_kept_[NodeOf(image, i)] = CallsPointers(file.functions()[i]);
    }
    for (const uint32_t i : file.destructors())
      is_kept_[NodeOf(image, i)] = false;
  }
  for (const CodePlace& each : kept.given_away())
    is_kept_[NodeOf(each.image, each.function)] = false;
}

}  // namespace bailey::analyzer
