// Two shapes are tried for each run of neighbouring ranges, and the cheaper
// kept (dynamic programming over all runs, as for an optimal search tree):
//
//   split                          peel: singles out of one background
//     jge #first, right, left        jeq #7,  seven, next
//                                    jeq #12, twelve, background
//
// A split costs one instruction a boundary; peeling one an isolated number,
// which has two boundaries, but it makes a chain, so only short ones are tried.
//
// Long lists are first halved until dynamic programming, which takes
// cubic time, is cheap.

#include "policy-compiler/seccomp/number_search.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "common/check.h"

namespace bailey::policy {
namespace {

constexpr size_t kMaxOptimalRanges = 160;
constexpr size_t kMaxPeeled = 6;

// How often the filter runs for a range, as far as it is known: an ALLOW
// without argument comes from the bitmap, calls with checked arguments are
// common and denied ones rare.
double WeightOf(const DecisionGraph& graph, const NumberRange& range) {
  const std::optional<uint32_t> label = graph.label(range.node);
  if (!label) return 8;
  return *label == SECCOMP_RET_ALLOW ? 0 : 1;
}

// How a run of ranges is decided.
struct Choice {
  double cost = std::numeric_limits<double>::infinity();
  size_t split = 0;     // first range of the right half
  bool peeled = false;  // else split; a run of one range needs neither
};

class Search {
 public:
  Search(DecisionGraph& graph, std::span<const NumberRange> ranges,
         const SearchCost& cost, double total_weight)
      : graph_(graph),
        ranges_(ranges),
        per_instruction_(cost.per_instruction),
        per_weight_(cost.per_step / total_weight),
        weight_before_(ranges.size() + 1, 0),
        choices_(ranges.size() * ranges.size()) {
    for (size_t i = 0; i < ranges.size(); ++i) {
      weight_before_[i + 1] = weight_before_[i] + WeightOf(graph, ranges[i]);
    }
    for (size_t length = 1; length <= ranges.size(); ++length) {
      for (size_t i = 0; i + length <= ranges.size(); ++i) {
        At(i, i + length) = Choose(i, i + length);
      }
    }
  }

  NodeId Build() { return Build(0, ranges_.size()); }

 private:
  // The run [first, end).
  Choice& At(size_t first, size_t end) {
    return choices_[first * ranges_.size() + end - 1];
  }

  double Steps(size_t first, size_t end) const {
    return per_weight_ * (weight_before_[end] - weight_before_[first]);
  }

  // Every second range is one number, and those between have one answer.
  bool CanPeel(size_t first, size_t end) const {
    const size_t length = end - first;
    if (length % 2 == 0 || length < 3 || length / 2 > kMaxPeeled) return false;
    for (size_t i = first; i < end; ++i) {
      const bool single = (i - first) % 2 == 1;
      if (single ? ranges_[i].first != ranges_[i].last
                 : ranges_[i].node != ranges_[first].node) {
        return false;
      }
    }
    return true;
  }

  double PeelCost(size_t first, size_t end) const {
    double cost = 0;
    double steps = 0;
    for (size_t i = first + 1; i < end; i += 2) {
      cost += per_instruction_;
      steps += 1;
      cost += Steps(i, i + 1) * steps;
    }
    for (size_t i = first; i < end; i += 2) cost += Steps(i, i + 1) * steps;
    return cost;
  }

  Choice Choose(size_t first, size_t end) {
    if (end - first == 1) return {.cost = 0};
    Choice best;
    for (size_t split = first + 1; split < end; ++split) {
      const double cost = At(first, split).cost + At(split, end).cost;
      if (cost < best.cost) best = {cost, split, false};
    }
    best.cost += per_instruction_ + Steps(first, end);
    if (CanPeel(first, end)) {
      const double cost = PeelCost(first, end);
      if (cost < best.cost) best = {cost, 0, true};
    }
    return best;
  }

  NodeId Build(size_t first, size_t end) {
    if (end - first == 1) return ranges_[first].node;
    const Choice& choice = At(first, end);
    if (choice.peeled) return BuildPeeled(first, end);
    return graph_.RawBranch(
        GreaterEqualTest(kNumberWord, ranges_[choice.split].first),
        Build(choice.split, end), Build(first, choice.split));
  }

  NodeId BuildPeeled(size_t first, size_t end) {
    NodeId node = ranges_[first].node;
    for (size_t i = end - 2; i > first; i -= 2) {
      node = graph_.RawBranch(EqualTest(kNumberWord, ranges_[i].first),
                              ranges_[i].node, node);
      if (i == first + 1) break;
    }
    return node;
  }

  DecisionGraph& graph_;
  const std::span<const NumberRange> ranges_;
  const double per_instruction_;
  const double per_weight_;
  std::vector<double> weight_before_;
  std::vector<Choice> choices_;
};

NodeId BuildRun(DecisionGraph& graph, std::span<const NumberRange> ranges,
                const SearchCost& cost, double total_weight) {
  if (ranges.size() <= kMaxOptimalRanges) {
    return Search(graph, ranges, cost, total_weight).Build();
  }
  const size_t middle = ranges.size() / 2;
  const NodeId left = BuildRun(graph, ranges.first(middle), cost, total_weight);
  const NodeId right =
      BuildRun(graph, ranges.subspan(middle), cost, total_weight);
  return graph.RawBranch(GreaterEqualTest(kNumberWord, ranges[middle].first),
                         right, left);
}

}  // namespace

NodeId BuildNumberSearch(DecisionGraph& graph,
                         std::span<const NumberRange> numbers,
                         const SearchCost& cost) {
  CHECK(!numbers.empty());
  double total_weight = 0;
  for (const NumberRange& range : numbers) {
    total_weight += WeightOf(graph, range);
  }
  return BuildRun(graph, numbers, cost, std::max(total_weight, 1.0));
}

}  // namespace bailey::policy
