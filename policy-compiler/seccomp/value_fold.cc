// A mask is tried for all runs that start at one range at once: the run grows
// value by value, and with it the count of each label in each class of values
// that the mask makes equal. Of a class with one answer the most frequent label
// stays, the values of others must be taken out before, one test each; their
// number only grows, so a run that has too many ends the scan.

#include "policy-compiler/seccomp/value_fold.h"

#include <algorithm>
#include <array>
#include <bit>
#include <map>

namespace bailey::policy {
namespace {

constexpr uint32_t kValues = 512;  // numbers of system calls; more is not tried
constexpr int kMaxLabels = 8;
constexpr size_t kMaxRanges = 160;
constexpr size_t kMaxRun = 64;    // of ranges
constexpr size_t kMinRanges = 4;  // a shorter run cannot win by a fold
// An AND that leaves more bits hardly ever pays, and takes long to find.
constexpr int kMaxAndBits = 4;
constexpr int kUnreachable = 1 << 20;
constexpr uint8_t kNoLabel = 255;

// CountTests, one range after another, in constant time each.
class TestCounter {
 public:
  explicit TestCounter(int labels) : any_label_(static_cast<size_t>(labels)) {
    tests_.fill(kUnreachable);
  }

  void Add(uint8_t label, bool single) {
    const int kept =
        empty_ ? 0 : std::min({Tests(label), Tests(any_label_), fewest_ + 1});
    if (single) {
      if (empty_) tests_[any_label_] = 0;
      ++more_;  // every other way takes this value out
      fewest_ = empty_ ? 0 : std::min(fewest_ + 1, kept);
    } else {
      tests_.fill(kUnreachable);
      more_ = 0;
      fewest_ = kept;
    }
    tests_[label] = std::min(tests_[label], kept - more_);
    empty_ = false;
  }

  int tests() const { return fewest_; }

 private:
  int Tests(size_t label) const { return tests_[label] + more_; }

  // Only single values so far: the next range may have any label.
  size_t any_label_;
  bool empty_ = true;
  int fewest_ = 0;
  int more_ = 0;
  // By label of the last range that is not taken out, less `more_`.
  std::array<int, kMaxLabels + 1> tests_;
};

// The same, one value after another.
class RunCounter {
 public:
  explicit RunCounter(int labels) : counter_(labels) {}

  void Add(uint8_t label, uint32_t values = 1) {
    if (values == 0) return;
    if (label != label_ && length_ > 0) {
      counter_.Add(label_, length_ == 1);
      length_ = 0;
    }
    label_ = label;
    length_ += values;
  }

  // Never more than tests(), and cheaper.
  int AtLeast() const { return counter_.tests(); }

  int tests() const {
    if (length_ == 0) return counter_.tests();
    TestCounter counter = counter_;
    counter.Add(label_, length_ == 1);
    return counter.tests();
  }

 private:
  TestCounter counter_;
  uint8_t label_ = 0;
  uint32_t length_ = 0;
};

// How many values of a class must be taken out so that one answer is left.
class ClassCounter {
 public:
  void Add(uint8_t label, uint32_t values) {
    if (values == 0) return;
    counts_[label] += values;
    total_ += values;
    if (kept_ == kNoLabel || counts_[label] > counts_[kept_]) kept_ = label;
  }

  uint8_t kept() const { return kept_; }  // kNoLabel: no value has come
  int taken_out() const {
    return kept_ == kNoLabel ? 0 : static_cast<int>(total_ - counts_[kept_]);
  }

 private:
  uint8_t kept_ = kNoLabel;
  uint32_t total_ = 0;
  std::array<uint32_t, kMaxLabels> counts_{};
};

// A small index for each node; empty if there are too many.
std::vector<uint8_t> LabelsOf(std::span<const WeightedRange> ranges) {
  std::map<NodeId, uint8_t> ids;
  std::vector<uint8_t> labels;
  for (const WeightedRange& range : ranges) {
    labels.push_back(ids.emplace(range.node, static_cast<uint8_t>(ids.size()))
                         .first->second);
    if (ids.size() > kMaxLabels) return {};
  }
  return labels;
}

// The bits of a value that a mask leaves, moved together.
uint32_t Packed(uint32_t value, uint32_t mask) {
  uint32_t packed = 0;
  uint32_t to = 1;
  for (; mask != 0; mask &= mask - 1, to <<= 1) {
    if ((value & mask & (~mask + 1)) != 0) packed |= to;
  }
  return packed;
}

// For each range how many of its values are in each class of a mask.
class ClassSizes {
 public:
  ClassSizes(std::span<const WeightedRange> ranges, uint32_t mask)
      : classes_(size_t{1} << std::popcount(mask)),
        sizes_(ranges.size() * classes_) {
    for (size_t i = 0; i < ranges.size(); ++i) {
      for (uint32_t value = ranges[i].first; value <= ranges[i].last; ++value) {
        ++sizes_[i * classes_ + Packed(value, mask)];
      }
    }
  }

  std::span<const uint32_t> Of(size_t range) const {
    return std::span(sizes_).subspan(range * classes_, classes_);
  }

 private:
  size_t classes_;
  std::vector<uint32_t> sizes_;
};

// For each range how many of its values have no bit of a mask.
std::vector<uint32_t> ValuesWithout(std::span<const WeightedRange> ranges,
                                    uint32_t mask) {
  std::vector<uint32_t> without;
  for (const WeightedRange& range : ranges) {
    uint32_t count = 0;
    for (uint32_t value = range.first; value <= range.last; ++value) {
      count += (value & mask) == 0 ? 1 : 0;
    }
    without.push_back(count);
  }
  return without;
}

using Classes = std::array<ClassCounter, size_t{1} << kMaxAndBits>;

int SearchTests(const Classes& classes, size_t count, int labels) {
  RunCounter runs(labels);
  for (size_t i = 0; i < count; ++i) {
    if (classes[i].kept() != kNoLabel) runs.Add(classes[i].kept());
  }
  return runs.tests();
}

}  // namespace

FoldTable::FoldTable(std::span<const WeightedRange> ranges) {
  const std::vector<uint8_t> labels = LabelsOf(ranges);
  size_t small = 0;
  while (small < labels.size() && ranges[small].last < kValues) ++small;
  if (small > kMaxRanges) return;
  size_ = small;
  label_count_ = labels.empty() ? 0 : *std::ranges::max_element(labels) + 1;
  best_.resize(size_ * size_);
  unfolded_.resize(size_ * size_);
  for (size_t first = 0; first < size_; ++first) {
    TestCounter counter(label_count_);
    for (size_t i = first; i < size_; ++i) {
      counter.Add(labels[i], ranges[i].first == ranges[i].last);
      unfolded_[first * size_ + i] = counter.tests();
    }
  }
  for (uint32_t mask = 1; mask < kValues; ++mask) {
    Scan(ranges.first(small), labels, mask);
  }
}

size_t FoldTable::EndOfScan(size_t first) const {
  return std::min(size_, first + kMaxRun);
}

int FoldTable::Known(size_t at) const {
  return best_[at] ? best_[at]->tests : unfolded_[at];
}

void FoldTable::Offer(size_t at, const Fold& fold) {
  if (fold.tests < Known(at)) best_[at] = fold;
}

void FoldTable::Scan(std::span<const WeightedRange> ranges,
                     std::span<const uint8_t> labels, uint32_t mask) {
  const std::vector<uint32_t> without = ValuesWithout(ranges, mask);
  for (size_t first = 0; first < size_; ++first) {
    ScanBits(ranges, labels, first, mask, without);
  }
  if (std::popcount(mask) > kMaxAndBits) return;
  const ClassSizes sizes(ranges, mask);
  for (size_t first = 0; first < size_; ++first) {
    Classes classes{};
    for (size_t i = first; i < EndOfScan(first); ++i) {
      const std::span<const uint32_t> added = sizes.Of(i);
      int taken_out = 0;
      for (size_t each = 0; each < added.size(); ++each) {
        classes[each].Add(labels[i], added[each]);
        taken_out += classes[each].taken_out();
      }
      if (taken_out + 2 >= unfolded_[first * size_ + EndOfScan(first) - 1])
        break;
      const size_t at = first * size_ + i;
      if (i - first < kMinRanges || taken_out + 2 >= Known(at)) continue;
      Offer(at,
            {FoldKind::kAnd, mask,
             taken_out + 1 + SearchTests(classes, added.size(), label_count_)});
    }
  }
}

void FoldTable::ScanBits(std::span<const WeightedRange> ranges,
                         std::span<const uint8_t> labels, size_t first,
                         uint32_t mask, std::span<const uint32_t> without) {
  const int most = unfolded_[first * size_ + EndOfScan(first) - 1];
  std::array<ClassCounter, 2> classes{};
  std::array<RunCounter, 2> runs = {RunCounter(label_count_),
                                    RunCounter(label_count_)};
  for (size_t i = first; i < EndOfScan(first); ++i) {
    const uint32_t values = ranges[i].last - ranges[i].first + 1;
    const std::array<uint32_t, 2> added = {without[i], values - without[i]};
    for (const size_t side : {0, 1}) {
      runs[side].Add(labels[i], added[side]);
      classes[side].Add(labels[i], added[side]);
    }
    if (i - first < kMinRanges) continue;
    const auto fewest = [&](size_t side) {
      return std::min(runs[side].AtLeast(), classes[side].taken_out());
    };
    const int bound = fewest(0) + fewest(1) + 1;
    if (bound >= most) return;
    const size_t at = first * size_ + i;
    if (bound >= Known(at)) continue;
    const std::array<int, 2> tests = {runs[0].tests(), runs[1].tests()};
    const std::array<int, 2> taken_out = {classes[0].taken_out(),
                                          classes[1].taken_out()};
    Offer(at, {FoldKind::kSplit, mask, tests[0] + tests[1] + 1});
    Offer(at, {FoldKind::kNoBit, mask, taken_out[0] + tests[1] + 1});
    Offer(at, {FoldKind::kAnyBit, mask, tests[0] + taken_out[1] + 1});
  }
}

std::optional<Fold> FoldTable::Best(size_t first, size_t end) const {
  return end > size_ ? std::nullopt : best_[first * size_ + end - 1];
}

namespace {

struct ClassMember {
  uint32_t value;
  NodeId node;
  double weight;
};

// By the value that stands for the class.
using ClassMembers = std::map<uint32_t, std::vector<ClassMember>>;

template <class ClassOf>
ClassMembers MembersOf(std::span<const WeightedRange> ranges,
                       const ClassOf& class_of) {
  ClassMembers classes;
  for (const WeightedRange& range : ranges) {
    const double each = range.weight / (range.last - range.first + 1);
    for (uint32_t value = range.first; value <= range.last; ++value) {
      classes[class_of(value)].push_back({value, range.node, each});
    }
  }
  return classes;
}

NodeId KeptNode(const std::vector<ClassMember>& members) {
  std::map<NodeId, int> counts;
  NodeId kept = members.front().node;
  for (const ClassMember& member : members) {
    if (++counts[member.node] > counts[kept]) kept = member.node;
  }
  return kept;
}

WeightedRange Single(const ClassMember& member) {
  return {member.value, member.value, member.node, member.weight};
}

// One range for a class, those with another answer taken out.
WeightedRange Unite(uint32_t value, const std::vector<ClassMember>& members,
                    std::vector<WeightedRange>& taken_out) {
  WeightedRange united{value, value, KeptNode(members), 0};
  for (const ClassMember& member : members) {
    if (member.node == united.node) {
      united.weight += member.weight;
    } else {
      taken_out.push_back(Single(member));
    }
  }
  return united;
}

std::vector<WeightedRange> Each(const std::vector<ClassMember>& members) {
  std::vector<WeightedRange> ranges;
  for (const ClassMember& member : members) ranges.push_back(Single(member));
  return ranges;
}

FoldedRanges ApplyAnd(std::span<const WeightedRange> ranges, uint32_t mask) {
  FoldedRanges result;
  const auto class_of = [&](uint32_t value) { return value & mask; };
  for (const auto& [value, members] : MembersOf(ranges, class_of)) {
    result.folded.push_back(Unite(value, members, result.taken_out));
  }
  return result;
}

}  // namespace

FoldedRanges ApplyFold(std::span<const WeightedRange> ranges,
                       const Fold& fold) {
  if (fold.kind == FoldKind::kAnd) return ApplyAnd(ranges, fold.mask);
  FoldedRanges result;
  const auto class_of = [&](uint32_t value) {
    return (value & fold.mask) == 0 ? 0u : 1u;
  };
  for (const auto& [side, members] : MembersOf(ranges, class_of)) {
    const bool united =
        fold.kind == (side == 0 ? FoldKind::kNoBit : FoldKind::kAnyBit);
    (side == 0 ? result.folded : result.with_bits) =
        united ? std::vector{Unite(members.front().value, members,
                                   result.taken_out)}
               : Each(members);
  }
  return result;
}

}  // namespace bailey::policy
