// The search is made of three shapes:
//
//   split                        chain                       fold
//     jge #k, right, left          jeq #7,  seven, next        and #mask
//                                  jeq #12, twelve, others     ... a search
//
// A split costs a test for each boundary; a chain one for each single value
// among others with one answer, which has two boundaries. A fold is described
// in value_fold.h. Which shape each run of ranges gets is found by dynamic
// programming over all runs, as for an optimal search tree (Knuth 1971).
//
// Before that, values at which the search is often made are tested first, the
// most frequent one first, as many of them as pay; a single value costs a test
// wherever it stands. So is a set of all values that have no bits outside of
// some mask, which is one test for many values:
//
//   jset #~0x81, next, yes         0, 1, 0x80 and 0x81
//
// Known weakness: such sets, folds and frequent values are chosen one after
// another, each by what it saves then, and sharing between the two sides of a
// split is not looked for.

#include "policy-compiler/seccomp/word_search.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "common/check.h"
#include "policy-compiler/seccomp/value_fold.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kAllBits = ~uint32_t{0};
// Longer lists are halved first: the dynamic programming takes cubic time.
constexpr size_t kMaxOptimalRanges = 160;
constexpr size_t kMaxChain = 40;
constexpr size_t kMaxFrequent = 16;
constexpr int kMaxSubsetBits = 8;
constexpr size_t kMaxSubsetCandidates = 256;
constexpr double kNever = std::numeric_limits<double>::infinity();

using Ranges = std::vector<WeightedRange>;

bool IsSingle(const WeightedRange& range) { return range.first == range.last; }

double TotalWeight(std::span<const WeightedRange> ranges) {
  double total = 0;
  for (const WeightedRange& range : ranges) total += range.weight;
  return total;
}

// Neighbours with one answer become one range. Values between two ranges do
// not occur.
Ranges Merged(std::span<const WeightedRange> ranges) {
  Ranges merged;
  for (const WeightedRange& range : ranges) {
    if (!merged.empty() && merged.back().node == range.node) {
      merged.back().last = range.last;
      merged.back().weight += range.weight;
    } else {
      merged.push_back(range);
    }
  }
  return merged;
}

Ranges Without(std::span<const WeightedRange> ranges, size_t index) {
  Ranges rest(ranges.begin(), ranges.end());
  rest.erase(rest.begin() + static_cast<ptrdiff_t>(index));
  return Merged(rest);
}

// Two neighbouring values are two singles as well as one range.
Ranges WithPairsApart(std::span<const WeightedRange> ranges) {
  Ranges apart;
  for (const WeightedRange& range : ranges) {
    if (range.last - range.first != 1) {
      apart.push_back(range);
      continue;
    }
    for (const uint32_t value : {range.first, range.last}) {
      apart.push_back({value, value, range.node, range.weight / 2});
    }
  }
  return apart;
}

bool MoreFrequent(const WeightedRange& a, const WeightedRange& b) {
  return a.weight != b.weight ? a.weight > b.weight : a.first < b.first;
}

enum class Shape : uint8_t { kLeaf, kSplit, kChain, kFold };

// How a run of ranges is decided.
struct Choice {
  double cost = kNever;
  Shape shape = Shape::kLeaf;
  size_t split = 0;   // kSplit: the first range of the right half
  NodeId others = 0;  // kChain
  Fold fold{};        // kFold
};

// The optimal search of one list of ranges under one mask.
class RunSearch {
 public:
  RunSearch(DecisionGraph& graph, uint8_t word, uint32_t mask,
            std::span<const WeightedRange> ranges, const SearchCost& cost,
            bool may_fold)
      : graph_(graph),
        word_(word),
        mask_(mask),
        ranges_(ranges),
        cost_(cost),
        weight_before_(ranges.size() + 1, 0),
        choices_(ranges.size() * ranges.size()) {
    for (size_t i = 0; i < ranges.size(); ++i) {
      weight_before_[i + 1] = weight_before_[i] + ranges[i].weight;
    }
    if (may_fold) folds_.emplace(ranges);
    for (size_t length = 1; length <= ranges.size(); ++length) {
      for (size_t i = 0; i + length <= ranges.size(); ++i) {
        At(i, i + length) = Choose(i, i + length);
      }
    }
  }

  double cost() { return At(0, ranges_.size()).cost; }
  NodeId Build() { return Build(0, ranges_.size()); }

 private:
  // The run [first, end).
  Choice& At(size_t first, size_t end) {
    return choices_[first * ranges_.size() + end - 1];
  }

  double Weight(size_t first, size_t end) const {
    return cost_.per_weight * (weight_before_[end] - weight_before_[first]);
  }

  Choice Choose(size_t first, size_t end) {
    Choice best = ChooseChain(first, end);
    for (size_t split = first + 1; split < end; ++split) {
      const double cost =
          At(first, split).cost + At(split, end).cost + 1 + Weight(first, end);
      if (cost < best.cost) {
        best = {.cost = cost, .shape = Shape::kSplit, .split = split};
      }
    }
    if (folds_) ConsiderFold(first, end, best);
    return best;
  }

  // What a chain answers at its end: the answer of all ranges that are no
  // single values. None: there are two such answers.
  std::optional<NodeId> Others(size_t first, size_t end) const {
    std::optional<NodeId> others;
    for (size_t i = first; i < end; ++i) {
      if (IsSingle(ranges_[i])) continue;
      if (others && *others != ranges_[i].node) return std::nullopt;
      others = ranges_[i].node;
    }
    return others ? others : ranges_[end - 1].node;
  }

  Ranges Links(size_t first, size_t end, NodeId others) const {
    Ranges links;
    for (size_t i = first; i < end; ++i) {
      if (ranges_[i].node != others) links.push_back(ranges_[i]);
    }
    std::ranges::sort(links, MoreFrequent);
    return links;
  }

  Choice ChooseChain(size_t first, size_t end) const {
    if (end - first > 2 * kMaxChain + 1) return {};
    const std::optional<NodeId> others = Others(first, end);
    if (!others) return {};
    const Ranges links = Links(first, end, *others);
    if (links.size() > kMaxChain) return {};
    double left = Weight(first, end);
    Choice choice{.cost = static_cast<double>(links.size()),
                  .shape = links.empty() ? Shape::kLeaf : Shape::kChain,
                  .others = *others};
    for (const WeightedRange& link : links) {
      choice.cost += left;
      left -= cost_.per_weight * link.weight;
    }
    return choice;
  }

  // Frequent values were taken out before, so half of the tests is near enough
  // to what is executed.
  void ConsiderFold(size_t first, size_t end, Choice& best) const {
    const std::optional<Fold> fold = folds_->Best(first, end);
    if (!fold) return;
    const double cost = fold->tests + Weight(first, end) * (fold->tests / 2.0);
    if (cost < best.cost) {
      best = {.cost = cost, .shape = Shape::kFold, .fold = *fold};
    }
  }

  NodeId Build(size_t first, size_t end) {
    const Choice choice = At(first, end);
    switch (choice.shape) {
      case Shape::kLeaf:
        return choice.others;
      case Shape::kSplit:
        return BuildSplit(first, choice.split, end);
      case Shape::kChain:
        return BuildChain(Links(first, end, choice.others), choice.others);
      case Shape::kFold:
        return BuildFold(ranges_.subspan(first, end - first), choice.fold);
    }
    CHECK(false && "a run has one of four shapes");
  }

  // One after the other: nodes are placed in the order of their making, and a
  // filter's bytes must not depend on the compiler that built this one.
  NodeId BuildSplit(size_t first, size_t split, size_t end) {
    const NodeId above = Build(split, end);
    const NodeId below = Build(first, split);
    return graph_.RawBranch(
        GreaterEqualTest(word_, ranges_[split].first, mask_), above, below);
  }

  NodeId BuildChain(const Ranges& links, NodeId others) {
    NodeId node = others;
    for (auto at = links.rbegin(); at != links.rend(); ++at) {
      node =
          graph_.RawBranch(EqualTest(word_, at->first, mask_), at->node, node);
    }
    return node;
  }

  NodeId BuildFold(std::span<const WeightedRange> ranges, const Fold& fold) {
    FoldedRanges folded = ApplyFold(ranges, fold);
    std::ranges::sort(folded.taken_out, MoreFrequent);
    if (fold.kind == FoldKind::kAnd) {
      return BuildChain(folded.taken_out, BuildRest(folded.folded, fold.mask));
    }
    const NodeId with_bits = BuildRest(folded.with_bits, mask_);
    const NodeId without = BuildRest(folded.folded, mask_);
    return BuildChain(
        folded.taken_out,
        graph_.RawBranch(AnyBitTest(word_, fold.mask), with_bits, without));
  }

  NodeId BuildRest(std::span<const WeightedRange> ranges, uint32_t mask) {
    const Ranges merged = WithPairsApart(Merged(ranges));
    return RunSearch(graph_, word_, mask, merged, cost_, mask == kAllBits)
        .Build();
  }

  DecisionGraph& graph_;
  const uint8_t word_;
  const uint32_t mask_;
  const std::span<const WeightedRange> ranges_;
  const SearchCost cost_;
  std::optional<FoldTable> folds_;
  std::vector<double> weight_before_;
  std::vector<Choice> choices_;
};

NodeId BuildRun(DecisionGraph& graph, uint8_t word,
                std::span<const WeightedRange> ranges, const SearchCost& cost) {
  if (ranges.size() <= kMaxOptimalRanges) {
    return RunSearch(graph, word, kAllBits, ranges, cost, word == kNumberWord)
        .Build();
  }
  const size_t middle = ranges.size() / 2;
  const NodeId left = BuildRun(graph, word, ranges.first(middle), cost);
  const NodeId right = BuildRun(graph, word, ranges.subspan(middle), cost);
  return graph.RawBranch(GreaterEqualTest(word, ranges[middle].first), right,
                         left);
}

// A test made before the search of the rest.
struct FirstTest {
  WordTest test;
  bool outcome = true;  // that leads to `node`
  NodeId node = 0;
};

// The values 0 <= v with no bit outside `bits`, if one answer is theirs.
class SubsetSearch {
 public:
  explicit SubsetSearch(const Ranges& ranges) : ranges_(ranges) {}

  // The set whose removal saves most tests, more than the one it costs.
  std::optional<uint32_t> Best() {
    if (ranges_.size() > kMaxOptimalRanges) return std::nullopt;
    const int before = CountTests(ranges_);
    int most_saved = 1;
    std::optional<uint32_t> best;
    for (const uint32_t bits : Candidates()) {
      const std::optional<Ranges> rest = Remove(bits);
      if (!rest) continue;
      const int saved = before - CountTests(*rest);
      if (saved > most_saved) {
        most_saved = saved;
        best = bits;
      }
    }
    return best;
  }

  // None: the set has several answers.
  std::optional<Ranges> Remove(uint32_t bits) const {
    const NodeId node = At(bits).node;
    Ranges rest = ranges_;
    uint32_t value = 0;
    do {
      if (At(value).node != node) return std::nullopt;
      if (IsSingle(At(value))) {
        std::erase_if(rest, [&](const WeightedRange& range) {
          return range.first == value;
        });
      }
      value = (value - bits) & bits;
    } while (value != 0);
    return WithPairsApart(Merged(rest));
  }

  const WeightedRange& At(uint32_t value) const {
    const auto above =
        std::ranges::upper_bound(ranges_, value, {}, &WeightedRange::first);
    return *std::prev(above);
  }

 private:
  std::set<uint32_t> Candidates() const {
    std::set<uint32_t> bits;
    for (const WeightedRange& range : ranges_) {
      if (IsSingle(range) && std::popcount(range.first) <= kMaxSubsetBits &&
          range.first != 0 && bits.size() < kMaxSubsetCandidates) {
        bits.insert(range.first);
      }
    }
    return bits;
  }

  const Ranges& ranges_;
};

// Tests that stand before the search, and what they leave to it.
struct Front {
  std::vector<FirstTest> tests;
  Ranges rest;
};

void TakeSubsets(uint8_t word, Front& front) {
  while (true) {
    SubsetSearch search(front.rest);
    // The lists below start at 0 as long as nothing was taken out of them.
    if (front.rest.front().first != 0) return;
    const std::optional<uint32_t> bits = search.Best();
    if (!bits) return;
    front.tests.push_back(
        {AnyBitTest(word, ~*bits), false, search.At(*bits).node});
    front.rest = *search.Remove(*bits);
  }
}

size_t IndexOf(const Ranges& ranges, uint32_t value) {
  const auto above =
      std::ranges::upper_bound(ranges, value, {}, &WeightedRange::first);
  return static_cast<size_t>(std::distance(ranges.begin(), above)) - 1;
}

void TakeFrequent(uint8_t word, const WeightedValue& taken, Front& front) {
  const size_t index = IndexOf(front.rest, taken.value);
  WeightedRange& range = front.rest[index];
  front.tests.push_back({EqualTest(word, taken.value), true, range.node});
  range.weight = std::max(0.0, range.weight - taken.weight);
  if (IsSingle(range)) front.rest = Without(front.rest, index);
}

// Whether the search of the rest still has to tell the value from others.
bool IsLeft(const Ranges& ranges, uint32_t value) {
  if (ranges.size() < 2 || value < ranges.front().first) return false;
  return value <= ranges[IndexOf(ranges, value)].last;
}

// As many frequent values first as make the whole cheapest.
Front TakeFrequent(DecisionGraph& graph, uint8_t word, Front front,
                   std::span<const WeightedValue> frequent,
                   const SearchCost& cost) {
  if (front.rest.size() > kMaxOptimalRanges) return front;
  Front best = front;
  double best_cost = kNever;
  double before = 0;
  size_t taken = 0;
  for (auto next = frequent.begin();; ++next) {
    const double all =
        before +
        RunSearch(graph, word, kAllBits, front.rest, cost, false).cost();
    if (all < best_cost) {
      best_cost = all;
      best = front;
    }
    while (next != frequent.end() && !IsLeft(front.rest, next->value)) ++next;
    if (next == frequent.end() || ++taken > kMaxFrequent) return best;
    before += 1 + cost.per_weight * TotalWeight(front.rest);
    TakeFrequent(word, *next, front);
  }
}

}  // namespace

int CountTests(std::span<const WeightedRange> ranges) {
  // By the answer of the last range that is not a single value taken out.
  std::map<NodeId, int> tests;
  int only_singles = 0;
  bool has_only_singles = true;
  for (const WeightedRange& range : ranges) {
    int fewest =
        has_only_singles ? only_singles : std::numeric_limits<int>::max();
    const bool is_first = tests.empty();
    for (const auto& [node, count] : tests) {
      fewest = std::min(fewest, count + (node == range.node ? 0 : 1));
    }
    if (is_first) fewest = only_singles;
    if (IsSingle(range)) {
      for (auto& [node, count] : tests) ++count;
      ++only_singles;
    } else {
      tests.clear();
      has_only_singles = false;
    }
    const auto [at, is_new] = tests.emplace(range.node, fewest);
    if (!is_new) at->second = std::min(at->second, fewest);
  }
  int fewest =
      has_only_singles ? only_singles : std::numeric_limits<int>::max();
  for (const auto& [node, count] : tests) fewest = std::min(fewest, count);
  return fewest;
}

NodeId BuildWordSearch(DecisionGraph& graph, uint8_t word,
                       std::span<const WeightedRange> ranges,
                       std::span<const WeightedValue> frequent,
                       const SearchCost& cost) {
  CHECK(!ranges.empty());
  Front front{.tests = {}, .rest = WithPairsApart(Merged(ranges))};
  TakeSubsets(word, front);
  std::vector<WeightedValue> order(frequent.begin(), frequent.end());
  std::ranges::sort(order, [](const WeightedValue& a, const WeightedValue& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.value < b.value;
  });
  front = TakeFrequent(graph, word, std::move(front), order, cost);
  NodeId node = BuildRun(graph, word, front.rest, cost);
  for (auto at = front.tests.rbegin(); at != front.tests.rend(); ++at) {
    node = at->outcome ? graph.RawBranch(at->test, at->node, node)
                       : graph.RawBranch(at->test, node, at->node);
  }
  return node;
}

}  // namespace bailey::policy
