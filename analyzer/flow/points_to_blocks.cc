// Blocks that the points-to solver copies: word by word, whole, or with all
// that is at the same distance.
#include <algorithm>

#include "analyzer/flow/points_to.h"

namespace bailey::analyzer {
namespace {

constexpr size_t kMostDepth = 64;
constexpr size_t kMostLinks = 64;
// Of more places that are copied to and from, each with each, all are copied
// whole.
constexpr size_t kMostPairs = 64;

}  // namespace

// Of many places of an object a block is copied from or to anywhere in it.
// Nothing: that is done already.
std::optional<PointsTo::Target> PointsTo::AddPlace(Places& places,
                                                   LocationId location) {
  constexpr size_t kMostPlaces = 16;
  const Object object = locations_[location].object;
  const bool collapsed = objects_[object].layout.is_collapsed();
  if (object != kUnknown &&
      (collapsed || places.by_object[object] >= kMostPlaces))
    location = Anywhere(object);
  if (!places.known.Insert(location)) return std::nullopt;
  ++places.by_object[object];
  places.list.push_back(location);
  return locations_[location];
}

void PointsTo::ApplyBlock(const Rule& rule, LocationId location) {
  BlockState& block = blocks_[rule.partner];
  const bool is_source = rule.kind == Kind::kBlockFrom;
  const auto place = AddPlace(is_source ? block.from : block.to, location);
  if (!place) return;
  if (block.hub != kNone) return JoinHub(block.hub, *place, is_source);
  if (block.to.list.size() * block.from.list.size() > kMostPairs)
    block.hub = MakeHub(block);
  if (block.hub != kNone) return;
  const std::vector<LocationId> others =
      is_source ? block.to.list : block.from.list;
  for (const LocationId other : others)
    is_source ? CopyBlock(locations_[other], *place, rule.size)
              : CopyBlock(*place, locations_[other], rule.size);
}

PointsTo::Node PointsTo::MakeHub(BlockState& block) {
  const Node hub = NewNode();
  for (const LocationId each : std::vector<LocationId>(block.from.list))
    JoinHub(hub, locations_[each], /*is_source=*/true);
  for (const LocationId each : std::vector<LocationId>(block.to.list))
    JoinHub(hub, locations_[each], /*is_source=*/false);
  return hub;
}

void PointsTo::JoinHub(Node hub, const Target& at, bool is_source) {
  if (at.object == kUnknown)
    return is_source ? Insert(hub, kUnknownLocation)
                     : AddCopy(kUnknownNode, hub);
  if (!objects_[at.object].is_memory) return;
  is_source ? AddCopy(hub, All(at.object)) : AddCopy(Any(at.object), hub);
}

// A block that is copied onto itself at the same place changes nothing; what is
// not known to be whole words of known places may be put anywhere.
void PointsTo::CopyBlock(const Target& to, const Target& from, uint64_t size) {
  if (!objects_[from.object].is_memory && from.object != kUnknown) return;
  if (!objects_[to.object].is_memory && to.object != kUnknown) return;
  if (from.object == kUnknown) {
    if (to.object != kUnknown) Insert(Any(to.object), kUnknownLocation);
    return;
  }
  if (to.object == kUnknown) return AddCopy(kUnknownNode, All(from.object));
  const uint64_t bytes = size <= kMostBlockBytes ? size : 0;
  const bool known_places = IsOnePlace(to, bytes) && IsOnePlace(from, bytes);
  if (known_places && bytes > 0)
    return CopyWords(to, from, static_cast<int64_t>(size));
  if (to.object == from.object || !known_places)
    return AddCopy(Any(to.object), All(from.object));
  AddLink(from.object, to.object, to.offset - from.offset);
}

void PointsTo::CopyWords(const Target& to, const Target& from, int64_t size) {
  for (int64_t at = 0; at < size; at += kWordBytes) {
    const auto bytes = static_cast<uint64_t>(std::min(kWordBytes, size - at));
    const auto sources = Words(objects_[from.object], from.offset + at, bytes);
    for (const int64_t source : *sources) {
      const Node cell = Cell(from.object, source);
      // Making a cell may fold the object: so each is looked up by itself.
      const auto places = Words(objects_[to.object], to.offset + at, bytes);
      for (const int64_t place : *places) AddCopy(Cell(to.object, place), cell);
    }
  }
}

void PointsTo::AddLink(Object from, Object to, int64_t shift) {
  ObjectState& state = objects_[from];
  const Link link{to, shift};
  if (!state.known_links.insert(link).second) return;
  // Each cell of it would go to each of them.
  if (state.links.size() >= kMostLinks) return AddCopy(Any(to), All(from));
  state.links.push_back(link);
  AddCopy(Any(to), Any(from));
  FollowLink(from, link);
}

// Links in a circle may shift on and on; then the object is taken whole.
void PointsTo::FollowLink(Object from, const Link& link) {
  const ObjectState& state = objects_[from];
  if (++depth_ > kMostDepth || state.layout.is_collapsed()) {
    AddCopy(Any(link.to), All(from));
  } else {
    for (const FoldedRange& fold :
         std::vector<FoldedRange>(state.layout.folds())) {
      FoldedRange shifted = fold;
      if (fold.begin > -kFarOffset) shifted.begin += link.shift;
      if (fold.end < kFarOffset) shifted.end += link.shift;
      Fold(link.to, shifted);
    }
    std::vector<int64_t> words;
    for (const auto& [word, cell] : state.cells) words.push_back(word);
    for (const int64_t word : words) LinkCell(from, word, link);
  }
  --depth_;
}

void PointsTo::LinkCell(Object from, int64_t word, const Link& link) {
  if (++depth_ > kMostDepth || objects_[from].layout.is_collapsed()) {
    AddCopy(Any(link.to), All(from));
  } else {
    const auto words =
        Words(objects_[link.to], word * kWordBytes + link.shift, kWordBytes);
    for (const int64_t each : *words) {
      const Node cell = Cell(link.to, each);
      AddCopy(cell, Cell(from, word));
    }
  }
  --depth_;
}

}  // namespace bailey::analyzer
