// Searches by bits: where some bits of a word say as much as the word, once a
// few values are taken out, one instruction does for many values.
//
//   and   and #0x54, then a search        values that differ in other bits
//                                         become one
//   bits  jset #0xf, one search, another  values are told apart by whether they
//                                         have any of some bits; one of the two
//                                         may be an answer
//
//   FoldTable folds(ranges);              // ranges of small values
//   if (auto fold = folds.Best(first, end)) fold->mask ...
//
// The kernel's bitmap emulation follows ALU AND K and JSET K, so numbers may be
// searched for in this way.

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_VALUE_FOLD_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_VALUE_FOLD_H_

#include <optional>
#include <span>
#include <vector>

#include "policy-compiler/seccomp/word_search.h"

namespace bailey::policy {

enum class FoldKind : uint8_t {
  kAnd,
  kNoBit,   // values with no bit of the mask have one answer
  kAnyBit,  // values with any bit of the mask have one answer
  kSplit,   // neither
};

struct Fold {
  FoldKind kind = FoldKind::kAnd;
  uint32_t mask = 0;
  // Instructions: the AND or JSET, the values taken out, the searches.
  int tests = 0;
};

// What a fold makes of a run of ranges. Values that do not occur are in no
// range.
struct FoldedRanges {
  std::vector<WeightedRange> taken_out;  // single values, tested before
  // kAnd: of word & mask; else the values with no bit of the mask, and those
  // with some.
  std::vector<WeightedRange> folded;
  std::vector<WeightedRange> with_bits;
};

// The best fold of every run of ranges [first, end) for which one is better
// than the search without.
class FoldTable {
 public:
  // `ranges` ascend.
  explicit FoldTable(std::span<const WeightedRange> ranges);

  std::optional<Fold> Best(size_t first, size_t end) const;

 private:
  void Scan(std::span<const WeightedRange> ranges,
            std::span<const uint8_t> labels, uint32_t mask);
  void ScanBits(std::span<const WeightedRange> ranges,
                std::span<const uint8_t> labels, size_t first, uint32_t mask,
                std::span<const uint32_t> without);
  size_t EndOfScan(size_t first) const;
  int Known(size_t at) const;
  void Offer(size_t at, const Fold& fold);

  size_t size_ = 0;
  int label_count_ = 0;
  std::vector<std::optional<Fold>> best_;  // first * size + end - 1
  std::vector<int> unfolded_;              // the same: tests without a fold
};

FoldedRanges ApplyFold(std::span<const WeightedRange> ranges, const Fold& fold);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_VALUE_FOLD_H_
