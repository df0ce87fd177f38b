// Which offsets of an object the analysis takes for one: the elements of an
// array that is indexed by a variable are folded onto the first.
//
//   ObjectLayout layout;
//   layout.Fold({16, 16 + 10 * 24, 24});  // ten elements of 24 bytes
//   layout.Canonical(16 + 24 + 8);        // 24: the second word of each

#ifndef BAILEY_ANALYZER_FLOW_OBJECT_LAYOUT_H_
#define BAILEY_ANALYZER_FLOW_OBJECT_LAYOUT_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace bailey::analyzer {

// [begin, end), every `stride` bytes the same again.
struct FoldedRange {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t stride = 0;

  bool operator==(const FoldedRange&) const = default;
};

// Beyond any offset: a range that ends there has no known end.
inline constexpr int64_t kFarOffset = int64_t{1} << 40;

// Memory is followed by words: pointers have one.
inline constexpr int64_t kWordBytes = 8;

// The word that an offset lies in; of negative ones too.
inline int64_t WordOf(int64_t offset) {
  return offset >= 0 ? offset / kWordBytes
                     : -((-offset + kWordBytes - 1) / kWordBytes);
}

class ObjectLayout {
 public:
  // True if the layout changed; what was one stays one. Where ranges overlap
  // without one lying in an element of the other, no bounds are kept: all of
  // the object is folded by what divides both strides.
  bool Fold(FoldedRange range);
  // All offsets are one.
  void Collapse();

  bool is_collapsed() const { return collapsed_; }
  bool is_plain() const { return !collapsed_ && folds_.empty(); }
  const std::vector<FoldedRange>& folds() const { return folds_; }

  int64_t Canonical(int64_t offset) const;
  // True if other offsets may have the same canonical one.
  bool IsFolded(int64_t canonical) const;
  // True if `bytes` from there lead out of an element whose array has an end.
  bool LeavesElement(int64_t canonical, int64_t bytes) const;
  // True if it lies in an array that has an end.
  bool IsInBoundedArray(int64_t canonical) const;
  // One offset for each element that it may stand for; nothing: too many.
  std::optional<std::vector<int64_t>> Elements(int64_t canonical) const;
  // Canonical offsets to which a pointer to any of these may be moved; nothing:
  // too many. Forward by whole elements, fewer than the array has, it stays in
  // the array, as C says it must.
  std::optional<std::vector<int64_t>> Moves(int64_t canonical,
                                            int64_t step) const;

 private:
  bool collapsed_ = false;
  std::vector<FoldedRange> folds_;  // outer ones first, in folded offsets
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_OBJECT_LAYOUT_H_
