// Folding of arrays: ranges are kept outer first, each in the offsets that the
// ones before it leave, so that they are applied one after the other.
#include "analyzer/flow/object_layout.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace bailey::analyzer {
namespace {

constexpr size_t kMostFolds = 32;
constexpr size_t kMostElementsTold = 16;
// By less, words would not be told apart.
constexpr int64_t kLeastStride = 8;

int64_t Modulo(int64_t value, int64_t modulus) {
  const int64_t rest = value % modulus;
  return rest < 0 ? rest + modulus : rest;
}

bool Holds(const FoldedRange& range, int64_t offset) {
  return range.begin <= offset && offset < range.end;
}

bool IsEndless(const FoldedRange& range) {
  return range.begin <= -kFarOffset && range.end >= kFarOffset;
}

// Where the element is onto which the others are folded.
int64_t FirstElement(const FoldedRange& range) {
  return range.begin <= -kFarOffset ? 0 : range.begin;
}

bool IsInFirstElement(const FoldedRange& range, int64_t offset) {
  const int64_t first = FirstElement(range);
  return first <= offset && offset < first + range.stride;
}

int64_t Apply(const FoldedRange& range, int64_t offset) {
  if (!Holds(range, offset)) return offset;
  const int64_t first = FirstElement(range);
  return first + Modulo(offset - first, range.stride);
}

// Without bounds: then it does not matter which of the two a pointer was meant
// for, and arithmetic by the remainder is exact.
FoldedRange Union(const FoldedRange& a, const FoldedRange& b) {
  return {-kFarOffset, kFarOffset, std::gcd(a.stride, b.stride)};
}

// Where it may begin, an array in the first element of it.
bool IsIn(const FoldedRange& range, int64_t canonical) {
  return IsInFirstElement(range, canonical) && Holds(range, canonical);
}

bool Overlap(const FoldedRange& a, const FoldedRange& b) {
  return a.begin < b.end && b.begin < a.end;
}

// How a range stands to one that is as long or longer: shifted into its first
// element, merged into it, or apart.
enum class Relation { kApart, kSame, kInside, kMerged };

Relation Relate(const FoldedRange& outer, FoldedRange& inner) {
  if (!Overlap(outer, inner)) return Relation::kApart;
  if (outer == inner) return Relation::kSame;
  if (outer.stride == inner.stride && Holds(outer, inner.begin) &&
      inner.end <= outer.end)
    return Relation::kSame;
  if (IsEndless(outer) && inner.stride % outer.stride == 0)
    return Relation::kSame;
  if (Holds(outer, inner.begin)) {
    const int64_t begin = Apply(outer, inner.begin);
    const int64_t length = inner.end - inner.begin;
    if (length < kFarOffset &&
        begin + length <= FirstElement(outer) + outer.stride) {
      inner = {begin, begin + length, inner.stride};
      return Relation::kInside;
    }
  }
  return Relation::kMerged;
}

}  // namespace

bool ObjectLayout::Fold(FoldedRange range) {
  if (collapsed_ || range.stride <= 0) return false;
  // A range of one element folds nothing.
  if (range.end - range.begin <= range.stride) return false;
  if (IsEndless(range) && range.stride < kLeastStride) {
    Collapse();
    return true;
  }
  std::vector<FoldedRange> pending = folds_;
  pending.push_back(range);
  std::vector<FoldedRange> done;
  while (!pending.empty()) {
    const auto longest = std::ranges::max_element(
        pending, {},
        [](const FoldedRange& each) { return each.end - each.begin; });
    FoldedRange next = *longest;
    pending.erase(longest);
    bool placed = false;
    for (auto outer = done.begin(); outer != done.end() && !placed; ++outer) {
      const Relation relation = Relate(*outer, next);
      placed = relation == Relation::kSame || relation == Relation::kMerged;
      if (relation != Relation::kMerged) continue;
      const FoldedRange both = Union(*outer, next);
      if (both.stride < kLeastStride) {
        Collapse();
        return true;
      }
      // What was folded since is folded again: the merged one holds it.
      pending.insert(pending.end(), outer + 1, done.end());
      done.erase(outer, done.end());
      pending.push_back(both);
      break;
    }
    if (!placed && next.end - next.begin > next.stride) done.push_back(next);
  }
  if (done.size() > kMostFolds) {
    Collapse();
    return true;
  }
  const bool changed = done != folds_;
  folds_ = std::move(done);
  return changed;
}

void ObjectLayout::Collapse() {
  collapsed_ = true;
  folds_.clear();
}

int64_t ObjectLayout::Canonical(int64_t offset) const {
  if (collapsed_) return 0;
  for (const FoldedRange& fold : folds_) offset = Apply(fold, offset);
  return offset;
}

bool ObjectLayout::IsFolded(int64_t canonical) const {
  return collapsed_ ||
         std::ranges::any_of(folds_, [&](const FoldedRange& fold) {
           return IsIn(fold, canonical);
         });
}

bool ObjectLayout::LeavesElement(int64_t canonical, int64_t bytes) const {
  return std::ranges::any_of(folds_, [&](const FoldedRange& fold) {
    return !IsEndless(fold) && IsIn(fold, canonical) &&
           !IsInFirstElement(fold, canonical + bytes - 1);
  });
}

bool ObjectLayout::IsInBoundedArray(int64_t canonical) const {
  return std::ranges::any_of(folds_, [&](const FoldedRange& fold) {
    return !IsEndless(fold) && IsIn(fold, canonical);
  });
}

// Of an array without end the first element does: the rest of what follows is
// the same by remainder.
std::optional<std::vector<int64_t>> ObjectLayout::Elements(
    int64_t canonical) const {
  std::vector<int64_t> elements = {canonical};
  for (auto fold = folds_.rbegin(); fold != folds_.rend(); ++fold) {
    if (IsEndless(*fold) || !IsIn(*fold, canonical)) continue;
    std::vector<int64_t> more;
    for (int64_t at = 0; canonical + at < fold->end; at += fold->stride) {
      if (more.size() > kMostElementsTold) return std::nullopt;
      for (const int64_t each : elements) more.push_back(each + at);
    }
    elements = std::move(more);
  }
  return elements;
}

std::optional<std::vector<int64_t>> ObjectLayout::Moves(int64_t canonical,
                                                        int64_t step) const {
  if (collapsed_) return std::nullopt;
  const bool leaves = std::ranges::any_of(folds_, [&](const FoldedRange& fold) {
    return IsIn(fold, canonical) && !IsInFirstElement(fold, canonical + step);
  });
  if (!leaves) return std::vector<int64_t>{Canonical(canonical + step)};
  const auto elements = Elements(canonical);
  if (!elements) return std::nullopt;
  std::vector<int64_t> moved;
  for (const int64_t each : *elements) {
    const int64_t to = Canonical(each + step);
    if (std::ranges::find(moved, to) == moved.end()) moved.push_back(to);
  }
  return moved;
}

}  // namespace bailey::analyzer
