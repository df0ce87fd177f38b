// Places of the points-to solver: what is made of them by constants and by
// indices.
#include <algorithm>

#include "analyzer/flow/points_to.h"

namespace bailey::analyzer {
namespace {

constexpr int64_t kPlaceWordBytes = 8;
constexpr size_t kMostLocations = 64;
// An array of more elements is folded from the start.
constexpr int64_t kMostElements = 64;
constexpr size_t kMostArrays = 64;
// From so many places of an object a rule that moves by a constant is taken
// for one in a loop.
constexpr uint32_t kMostSteps = 16;
constexpr uint32_t kMostStepsOfText = 3;
constexpr uint32_t kAllSteps = ~uint32_t{0};  // it is anywhere already

bool IsFar(int64_t offset) {
  return offset >= kFarOffset || offset <= -kFarOffset;
}

}  // namespace

PointsTo::LocationId PointsTo::LocationOf(Object object, int64_t offset,
                                          bool is_folded) {
  ObjectState& state = objects_[object];
  if (!state.is_memory) offset = 0;
  if (IsFar(offset) || state.layout.is_collapsed()) return Anywhere(object);
  const bool crowded = state.location_count >= kMostLocations / 2;
  const int64_t canonical = state.layout.Canonical(offset);
  is_folded = (is_folded || (crowded && !state.locations.contains(offset))) &&
              state.layout.IsFolded(canonical);
  if (is_folded) offset = canonical;
  auto& known = is_folded ? state.elements : state.locations;
  if (const auto found = known.find(offset); found != known.end())
    return found->second;
  if (++state.location_count > kMostLocations) {
    Collapse(object);
    return Anywhere(object);
  }
  const LocationId added = NewLocation({object, offset, false, is_folded});
  known.emplace(offset, added);
  return added;
}

PointsTo::LocationId PointsTo::Anywhere(Object object) {
  ObjectState& state = objects_[object];
  if (object == kUnknown) return kUnknownLocation;
  if (!state.is_memory) return LocationOf(object, 0);
  if (state.anywhere == 0) state.anywhere = NewLocation({object, 0, true});
  return state.anywhere;
}

void PointsTo::DeclareArray(Object object, FoldedRange range) {
  ObjectState& state = objects_[object];
  if (state.arrays.size() < kMostArrays &&
      std::ranges::find(state.arrays, range) == state.arrays.end())
    state.arrays.push_back(range);
  if (range.stride > 0 &&
      (range.end - range.begin) / range.stride > kMostElements)
    Fold(object, range);
}

// Nothing: it may be anywhere.
std::optional<std::vector<int64_t>> PointsTo::Moves(const Target& at,
                                                    int64_t step) const {
  if (at.is_anywhere || IsFar(step)) return std::nullopt;
  if (!at.is_folded) return std::vector<int64_t>{at.offset + step};
  const ObjectLayout& layout = objects_[at.object].layout;
  return layout.Moves(layout.Canonical(at.offset), step);
}

void PointsTo::ApplyOffset(const Rule& rule, uint32_t id, const Target& at) {
  if (at.object == kUnknown) return Insert(rule.other, kUnknownLocation);
  if (!objects_[at.object].is_memory)
    return Insert(rule.other, LocationOf(at.object, 0));
  const bool is_text = std::abs(rule.offset) < kPlaceWordBytes / 2;
  const uint64_t key = uint64_t{id} << 32 | at.object;
  if (const auto known = steps_.find(key);
      known != steps_.end() && known->second == kAllSteps)
    return;
  const auto offsets = Moves(at, rule.offset);
  if (!offsets) return Insert(rule.other, Anywhere(at.object));
  if (rule.size > 0)
    for (const int64_t offset : *offsets)
      DeclareArray(at.object,
                   {offset, offset + static_cast<int64_t>(rule.size), 0});
  if (rule.offset != 0 &&
      ++steps_[key] > (is_text ? kMostStepsOfText : kMostSteps)) {
    const auto stride = static_cast<uint64_t>(std::abs(rule.offset));
    const int64_t size = objects_[at.object].size;
    // Too wide for an array of such steps: it leaves the object.
    if (is_text || (size > 0 && std::abs(rule.offset) >= size)) {
      steps_[key] = kAllSteps;
      return Insert(rule.other, Anywhere(at.object));
    }
    ApplyElement({Kind::kElement, rule.other, 0, stride}, at);
    return ApplyElement({Kind::kElement, rule.other, rule.offset, stride}, at);
  }
  for (const int64_t offset : *offsets)
    Insert(rule.other, LocationOf(at.object, offset, at.is_folded));
}

// The smallest declared array that a pointer into it may walk. One that begins
// where the object does may be meant for the whole of it.
std::optional<FoldedRange> PointsTo::ArrayAt(const ObjectState& state,
                                             int64_t offset,
                                             int64_t stride) const {
  std::optional<FoldedRange> best;
  for (const FoldedRange& each : state.arrays) {
    if (offset < each.begin || offset >= each.end) continue;
    // An array of one may have what follows it.
    if (each.end - each.begin < 2 * stride) continue;
    const bool whole = state.size > 0 && each.end >= state.size;
    if (each.begin == 0 && !whole) continue;
    if (!best || each.end - each.begin < best->end - best->begin) best = each;
  }
  return best;
}

void PointsTo::ApplyElement(const Rule& rule, const Target& at) {
  if (at.object == kUnknown) return Insert(rule.other, kUnknownLocation);
  if (!objects_[at.object].is_memory)
    return Insert(rule.other, LocationOf(at.object, 0));
  // Bytes that are walked: mostly text, beside which pointers may lie.
  const bool bytes = rule.size == 0 && rule.stride < kPlaceWordBytes;
  const auto bases = bytes ? std::nullopt : Moves(at, rule.offset);
  if (!bases) return Insert(rule.other, Anywhere(at.object));
  for (const int64_t base : *bases) {
    FoldElements(rule, at, base);
    Insert(rule.other, LocationOf(at.object, base, true));
  }
}

void PointsTo::FoldElements(const Rule& rule, const Target& at, int64_t base) {
  const ObjectState& state = objects_[at.object];
  const auto stride = static_cast<int64_t>(rule.stride);
  if (rule.size > 0) {
    // From an element that stands for others the array may begin at any.
    int64_t end = base + static_cast<int64_t>(rule.size);
    const std::vector<FoldedRange>& folds = state.layout.folds();
    for (auto fold = folds.rbegin(); fold != folds.rend(); ++fold) {
      const int64_t first = fold->begin <= -kFarOffset ? 0 : fold->begin;
      const bool within = first <= base && base < first + fold->stride;
      if (at.is_folded && within && end > first + fold->stride)
        end += std::min(fold->end, kFarOffset) - first;
    }
    Fold(at.object, {base, end, stride});
  } else if (const auto array = ArrayAt(state, base, stride)) {
    Fold(at.object, {array->begin, array->end, stride});
  } else if (state.size == 0 || stride < state.size || base < 0 ||
             base >= state.size) {  // one past the end counts down, too
    Fold(at.object, {-kFarOffset, kFarOffset, stride});
  }
}

}  // namespace bailey::analyzer
