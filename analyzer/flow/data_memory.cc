// Memory of a data graph: which words an access may touch, by where the pointer
// may point and how the object is laid out.
#include "analyzer/flow/data_memory.h"

#include <algorithm>

#include "analyzer/flow/object_layout.h"

namespace bailey::analyzer {
namespace {

// An access of more bytes is one of the whole object.
constexpr uint64_t kMostBytes = 512;
// What reaches more objects is taken to reach all: else a list of which each
// element is handed on costs the square of its length.
constexpr size_t kMostObjectsWithin = 300;

}  // namespace

DataMemory::DataMemory(const ConstraintLinker& linker, DataGraph& graph)
    : linker_(linker),
      graph_(graph),
      read_of_all_(graph.New()),
      written_to_all_(graph.New()) {
  for (const LinkedSymbol& symbol : linker.symbols()) {
    if (symbol.is_function) {
      functions_.insert(symbol.object);
    } else if (symbol.object != PointsTo::kUnknown) {
      names_[symbol.object] = static_cast<uint32_t>(graph_.objects.size());
      graph_.objects.push_back(symbol.id);
    }
  }
}

DataMemory::ObjectNodes& DataMemory::Of(PointsTo::Object object) {
  const auto [found, added] = objects_.try_emplace(object);
  if (!added) return found->second;
  const auto name = names_.find(object);
  uint32_t number = 0;
  if (name == names_.end()) {
    number = static_cast<uint32_t>(graph_.objects.size());
    graph_.objects.emplace_back();
    names_[object] = number;
  } else {
    number = name->second;
  }
  const auto owner = owners_.find(object);
  const uint32_t function =
      owner == owners_.end() ? DataGraph::kNone : owner->second;
  found->second.all = graph_.New(function, number);
  found->second.any = graph_.New(function, number);
  graph_.Connect(found->second.any, found->second.all);
  return found->second;
}

DataMemory::Node DataMemory::Word(PointsTo::Object object, int64_t word) {
  ObjectNodes& nodes = Of(object);
  const auto [found, added] = nodes.words.try_emplace(word, 0);
  if (!added) return found->second;
  found->second = graph_.New(graph_.FunctionOf(nodes.all), names_[object]);
  graph_.Connect(found->second, nodes.all);
  return found->second;
}

// By canonical offsets, which stand for every element of an array. From the
// last element an access may go on behind the array. Nothing: the whole object.
std::optional<std::set<int64_t>> DataMemory::Words(const PointsTo::Target& at,
                                                   uint64_t size) const {
  const ObjectLayout& layout = linker_.solver().LayoutOf(at.object);
  if (at.is_anywhere || size == 0 || size > kMostBytes) return std::nullopt;
  if (layout.is_collapsed()) return std::nullopt;
  std::set<int64_t> words;
  const int64_t step = layout.is_plain() ? kWordBytes : 1;
  const auto add = [&](int64_t begin) {
    const int64_t last = begin + static_cast<int64_t>(size) - 1;
    for (int64_t byte = begin; byte < last; byte += step)
      words.insert(WordOf(layout.Canonical(byte)));
    words.insert(WordOf(layout.Canonical(last)));
  };
  add(at.offset);
  for (const FoldedRange& fold : layout.folds()) {
    if (fold.end >= kFarOffset || at.offset < fold.begin) continue;
    if (at.offset < fold.end &&
        at.offset + static_cast<int64_t>(size) > fold.begin + fold.stride) {
      add(fold.end);
      // In every element before it there is a next one.
      for (int64_t byte = fold.begin;
           byte < fold.begin + fold.stride &&
           byte - fold.begin < static_cast<int64_t>(kMostBytes);
           ++byte)
        words.insert(WordOf(layout.Canonical(byte)));
    }
  }
  return words;
}

void DataMemory::AddRead(const PointsTo::Target& at, uint64_t size,
                         Nodes& nodes) {
  if (at.object == PointsTo::kUnknown) return nodes.push_back(graph_.unknown);
  if (functions_.contains(at.object)) return;
  const auto words = Words(at, size);
  if (!words) return nodes.push_back(Of(at.object).all);
  nodes.push_back(Of(at.object).any);
  for (const int64_t word : *words) nodes.push_back(Word(at.object, word));
}

void DataMemory::AddWritten(const PointsTo::Target& at, uint64_t size,
                            Nodes& nodes) {
  if (at.object == PointsTo::kUnknown) return nodes.push_back(graph_.unknown);
  if (functions_.contains(at.object)) return;
  const auto words = Words(at, size);
  if (!words) return nodes.push_back(Of(at.object).any);
  for (const int64_t word : *words) nodes.push_back(Word(at.object, word));
}

// One node for each set of others, so that pointers to the same cost nothing.
// It is nobody's, also where it stands for one local: who has its address may
// be another call of the same function.
DataMemory::Node DataMemory::Join(Nodes nodes, bool is_read) {
  std::ranges::sort(nodes);
  const auto rest = std::ranges::unique(nodes);
  nodes.erase(rest.begin(), rest.end());
  if (nodes.empty()) return 0;
  if (nodes.size() == 1 && graph_.FunctionOf(nodes[0]) == DataGraph::kNone)
    return nodes[0];
  auto& known = is_read ? joined_reads_ : joined_writes_;
  const auto [found, added] = known.try_emplace(std::move(nodes), 0);
  if (!added) return found->second;
  found->second = graph_.New();
  for (const Node each : found->first)
    is_read ? graph_.Connect(each, found->second)
            : graph_.Connect(found->second, each);
  return found->second;
}

// Of a pointer that points nowhere nothing is known: it may be made of numbers.
DataMemory::Node DataMemory::Read(Pointer pointer, uint64_t size) {
  const auto [found, added] = reads_.try_emplace({pointer, size}, 0);
  if (!added) return found->second;
  Nodes nodes;
  bool points = false;
  linker_.solver().ForEachTarget(pointer, [&](PointsTo::Target target) {
    points = true;
    AddRead(target, size, nodes);
  });
  if (!points) nodes.push_back(graph_.unknown);
  return found->second = Join(std::move(nodes), /*is_read=*/true);
}

DataMemory::Node DataMemory::Written(Pointer pointer, uint64_t size) {
  const auto [found, added] = writes_.try_emplace({pointer, size}, 0);
  if (!added) return found->second;
  Nodes nodes;
  bool points = false;
  linker_.solver().ForEachTarget(pointer, [&](PointsTo::Target target) {
    points = true;
    AddWritten(target, size, nodes);
  });
  if (!points) nodes.push_back(graph_.unknown);
  return found->second = Join(std::move(nodes), /*is_read=*/false);
}

DataMemory::Objects DataMemory::ObjectsOf(Pointer pointer) const {
  Objects objects;
  linker_.solver().ForEachTarget(
      pointer, [&](PointsTo::Target target) { objects.insert(target.object); });
  return objects;
}

// A pointer that may be unknown does not list what has escaped. Of a pointer
// that points nowhere nothing is known.
DataMemory::Node DataMemory::Of(Pointer pointer, uint64_t size, bool is_read,
                                Pointer passed, uint32_t function) {
  const Objects objects = ObjectsOf(passed);
  const auto [found, added] =
      passed_.try_emplace({pointer, size, is_read, objects, function}, 0);
  if (!added) return found->second;
  Nodes nodes;
  const auto add = [&](const PointsTo::Target& at, uint64_t bytes) {
    is_read ? AddRead(at, bytes, nodes) : AddWritten(at, bytes, nodes);
  };
  Objects missing = objects;
  bool is_unknown = false;
  linker_.solver().ForEachTarget(pointer, [&](PointsTo::Target target) {
    is_unknown |= target.object == PointsTo::kUnknown;
    if (!objects.contains(target.object)) return;
    missing.erase(target.object);
    add(target, size);
  });
  for (const PointsTo::Object each : missing)
    if (is_unknown || each == PointsTo::kUnknown)
      add({each, 0, true, false}, 0);
  if (objects.empty()) nodes.push_back(graph_.unknown);
  return found->second = function == DataGraph::kNone
                             ? Join(std::move(nodes), is_read)
                             : JoinFor(function, nodes, is_read);
}

DataMemory::Node DataMemory::OfLocals(Pointer pointer, uint64_t size,
                                      bool is_read, uint32_t function) {
  return Of(pointer, size, is_read, pointer, function);
}

DataMemory::Node DataMemory::JoinFor(uint32_t function, const Nodes& nodes,
                                     bool is_read) {
  if (nodes.empty()) return 0;
  const Node joined = graph_.New(function);
  for (const Node each : nodes)
    is_read ? graph_.Connect(each, joined) : graph_.Connect(joined, each);
  return joined;
}

std::optional<std::set<PointsTo::Object>> DataMemory::Within(
    Pointer pointer) const {
  std::set<PointsTo::Object> reached;
  std::vector<PointsTo::Object> pending;
  const auto visit = [&](PointsTo::Target target) {
    if (functions_.contains(target.object)) return;
    if (reached.insert(target.object).second) pending.push_back(target.object);
  };
  linker_.solver().ForEachTarget(pointer, visit);
  while (!pending.empty()) {
    if (reached.size() > kMostObjectsWithin) return std::nullopt;
    const PointsTo::Object object = pending.back();
    pending.pop_back();
    if (object != PointsTo::kUnknown)
      linker_.solver().ForEachContent(object, visit);
  }
  return reached;
}

DataMemory::Node DataMemory::ReadWithin(Pointer pointer) {
  const auto [found, added] = reads_within_.try_emplace(pointer, 0);
  if (!added) return found->second;
  const auto within = Within(pointer);
  if (!within) return found->second = read_of_all_;
  Nodes nodes;
  for (const PointsTo::Object object : *within)
    AddRead({object, 0, true, false}, 0, nodes);
  return found->second = Join(std::move(nodes), /*is_read=*/true);
}

DataMemory::Node DataMemory::WrittenWithin(Pointer pointer) {
  const auto [found, added] = writes_within_.try_emplace(pointer, 0);
  if (!added) return found->second;
  const auto within = Within(pointer);
  if (!within) return found->second = written_to_all_;
  Nodes nodes;
  for (const PointsTo::Object object : *within)
    AddWritten({object, 0, true, false}, 0, nodes);
  return found->second = Join(std::move(nodes), /*is_read=*/false);
}

DataMemory::Node DataMemory::WrittenTo(PointsTo::Object object) {
  return object == PointsTo::kUnknown ? graph_.unknown : Of(object).any;
}

void DataMemory::ConnectUnknown() {
  graph_.Connect(graph_.unknown, read_of_all_, DataEdgeKind::kAssumed);
  graph_.Connect(written_to_all_, graph_.unknown, DataEdgeKind::kAssumed);
  for (const auto& [object, nodes] : objects_) {
    graph_.Connect(nodes.all, read_of_all_, DataEdgeKind::kAssumed);
    graph_.Connect(written_to_all_, nodes.any, DataEdgeKind::kAssumed);
    if (!linker_.solver().HasEscaped(object)) continue;
    graph_.Connect(graph_.unknown, nodes.any, DataEdgeKind::kAssumed);
    graph_.Connect(nodes.all, graph_.unknown, DataEdgeKind::kAssumed);
  }
}

}  // namespace bailey::analyzer
