// What the points-to solver knows of memory: cells, folding, and what unknown
// code can reach. Places are in points_to_places.cc, blocks in
// points_to_blocks.cc.
#include <algorithm>

#include "analyzer/flow/points_to.h"

namespace bailey::analyzer {
namespace {

constexpr uint64_t kMostWordsOfAccess = 64;
// An object of more cells is taken for one cell.
constexpr size_t kMostCells = 512;

}  // namespace

std::optional<std::vector<int64_t>> PointsTo::Words(const ObjectState& state,
                                                    int64_t offset,
                                                    uint64_t size) const {
  if (state.layout.is_collapsed()) return std::vector<int64_t>{0};
  if (size == 0) size = kWordBytes;
  if (size > kMostWordsOfAccess * kWordBytes) return std::nullopt;
  std::vector<int64_t> words;
  const int64_t step = state.layout.is_plain() ? kWordBytes : 1;
  const auto add = [&](int64_t at) {
    const int64_t word = WordOf(state.layout.Canonical(at));
    if (std::ranges::find(words, word) == words.end()) words.push_back(word);
  };
  const int64_t last = offset + static_cast<int64_t>(size) - 1;
  for (int64_t at = offset; at < last; at += step) add(at);
  add(last);
  return words;
}

// Of all elements, where an access leads out of an array of which it may be in
// the last.
std::optional<std::vector<int64_t>> PointsTo::WordsOf(const Target& at,
                                                      uint64_t size) const {
  const ObjectState& state = objects_[at.object];
  if (at.is_anywhere) return std::nullopt;
  if (IsOnePlace(at, size)) return Words(state, at.offset, size);
  const auto elements =
      state.layout.Elements(state.layout.Canonical(at.offset));
  if (!elements) return std::nullopt;
  std::vector<int64_t> words;
  for (const int64_t each : *elements) {
    const auto more = Words(state, each, size);
    if (!more) return std::nullopt;
    words.insert(words.end(), more->begin(), more->end());
  }
  return words;
}

// True if what lies there, so many bytes, lies at the same canonical offsets
// for each element that the place may stand for. `size` 0: not known.
bool PointsTo::IsOnePlace(const Target& at, uint64_t size) const {
  if (at.is_anywhere) return false;
  const ObjectLayout& layout = objects_[at.object].layout;
  if (!at.is_folded || layout.is_collapsed()) return true;
  const int64_t canonical = layout.Canonical(at.offset);
  return size == 0
             ? !layout.IsInBoundedArray(canonical)
             : !layout.LeavesElement(canonical, static_cast<int64_t>(size));
}

void PointsTo::Access(const Rule& rule, const Target& at) {
  const bool load = rule.kind == Kind::kLoad;
  if (at.object == kUnknown)
    return load ? Insert(rule.other, kUnknownLocation)
                : AddCopy(kUnknownNode, rule.other);
  const ObjectState& state = objects_[at.object];
  if (!state.is_memory) return;
  const auto words = WordsOf(at, rule.size == 0 ? kWordBytes : rule.size);
  if (!words)
    return load ? AddCopy(rule.other, All(at.object))
                : AddCopy(Any(at.object), rule.other);
  for (const int64_t word : *words) {
    const Node cell = Cell(at.object, word);
    load ? AddCopy(rule.other, cell) : AddCopy(cell, rule.other);
  }
}

void PointsTo::AddContent(Object object, int64_t offset, Node value,
                          uint64_t size) {
  const auto words = Words(objects_[object], offset, size);
  if (!words) return AddContentAnywhere(object, value);
  for (const int64_t word : *words) AddCopy(Cell(object, word), value);
}

void PointsTo::AddContentAnywhere(Object object, Node value) {
  AddCopy(Any(object), value);
}

PointsTo::Node PointsTo::Cell(Object object, int64_t word) {
  ObjectState& state = objects_[object];
  if (state.layout.is_collapsed()) word = 0;
  if (const auto found = state.cells.find(word); found != state.cells.end())
    return Find(found->second);
  if (state.cells.size() >= kMostCells && !state.layout.is_collapsed()) {
    Collapse(object);
    return Cell(object, 0);
  }
  const Node cell = NewNode();
  state.cells.emplace(word, cell);
  if (state.all != kNone) AddCopy(state.all, cell);
  if (state.any != kNone) AddCopy(cell, state.any);
  for (size_t i = 0; i < state.links.size(); ++i)
    LinkCell(object, word, Link(state.links[i]));
  return Find(cell);
}

PointsTo::Node PointsTo::All(Object object) {
  ObjectState& state = objects_[object];
  if (state.all != kNone) return Find(state.all);
  state.all = NewNode();
  for (const auto& [word, cell] : state.cells) AddCopy(state.all, cell);
  if (state.any != kNone) AddCopy(state.all, state.any);
  return Find(state.all);
}

PointsTo::Node PointsTo::Any(Object object) {
  ObjectState& state = objects_[object];
  if (state.any != kNone) return Find(state.any);
  state.any = NewNode();
  for (const auto& [word, cell] : state.cells) AddCopy(cell, state.any);
  if (state.all != kNone) AddCopy(state.all, state.any);
  return Find(state.any);
}

void PointsTo::Fold(Object object, FoldedRange range) {
  ObjectState& state = objects_[object];
  if (!state.is_memory || !state.layout.Fold(range)) return;
  RebuildCells(object);
}

void PointsTo::Collapse(Object object) {
  ObjectState& state = objects_[object];
  if (!state.is_memory || state.layout.is_collapsed()) return;
  state.layout.Collapse();
  RebuildCells(object);
}

// Cells that the layout now takes for one become one.
void PointsTo::RebuildCells(Object object) {
  ObjectState& state = objects_[object];
  if (state.layout.is_collapsed())
    for (const LocationId each : state.all_locations) wholes_.Insert(each);
  state.elements.clear();
  std::map<int64_t, Node> cells;
  for (const auto& [word, cell] : state.cells) {
    const auto words = Words(state, word * kWordBytes, kWordBytes);
    for (const int64_t each : *words) {
      const auto [found, added] = cells.emplace(each, cell);
      if (!added) found->second = Merge(found->second, cell);
    }
  }
  state.cells = std::move(cells);
  for (size_t i = 0; i < state.links.size(); ++i)
    FollowLink(object, Link(state.links[i]));
}

void PointsTo::Escape(Object object) {
  ObjectState& state = objects_[object];
  if (state.escaped) return;
  state.escaped = true;
  for (const LocationId each : state.all_locations) escaped_.Insert(each);
  if (!state.is_memory) return;
  AddCopy(kUnknownNode, All(object));
  Insert(Any(object), kUnknownLocation);
}

}  // namespace bailey::analyzer
