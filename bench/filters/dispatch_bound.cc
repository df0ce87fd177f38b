#include "bench/filters/dispatch_bound.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <queue>
#include <set>
#include <tuple>

namespace bailey::bench {
namespace {

// The cheapest dispatch by comparison, over intervals of numbers and the runs
// in them that are left.
class Dispatch {
 public:
  explicit Dispatch(std::span<const WeightedRun> runs) : runs_(runs) {
    for (const WeightedRun& run : runs) {
      cuts_.insert(run.first);
      cuts_.insert(run.end);
    }
  }

  double Least() {
    uint32_t all = (uint32_t{1} << runs_.size()) - 1;
    return Least(0, uint64_t{1} << 32, all);
  }

 private:
  uint32_t Within(uint64_t low, uint64_t high, uint32_t left) const {
    uint32_t within = 0;
    for (size_t i = 0; i < runs_.size(); ++i)
      if (low <= runs_[i].first && runs_[i].end <= high)
        within |= left & (uint32_t{1} << i);
    return within;
  }

  double Weight(uint32_t left) const {
    double weight = 0;
    for (size_t i = 0; i < runs_.size(); ++i)
      if ((left >> i & 1) != 0) weight += runs_[i].weight;
    return weight;
  }

  // One run, and nothing else in the interval.
  bool IsKnown(uint64_t low, uint64_t high) const {
    return std::ranges::any_of(runs_, [&](const WeightedRun& run) {
      return run.first <= low && high <= run.end;
    });
  }

  double Least(uint64_t low, uint64_t high, uint32_t left) {
    left = Within(low, high, left);
    if (left == 0 || IsKnown(low, high)) return 0;
    const auto key = std::tuple(low, high, left);
    const auto at = memo_.find(key);
    if (at != memo_.end()) return at->second;
    double best = std::numeric_limits<double>::infinity();
    for (size_t i = 0; i < runs_.size(); ++i)  // jeq
      if ((left >> i & 1) != 0)
        best = std::min(best, Least(low, high, left & ~(uint32_t{1} << i)));
    for (const uint64_t cut : cuts_)  // jge
      if (low < cut && cut < high)
        best = std::min(best, Least(low, cut, left) + Least(cut, high, left));
    return memo_[key] = best + Weight(left);
  }

  const std::span<const WeightedRun> runs_;
  std::set<uint64_t> cuts_;
  std::map<std::tuple<uint64_t, uint64_t, uint32_t>, double> memo_;
};

}  // namespace

size_t FewestComparisons(std::span<const uint32_t> lasts) {
  size_t tests = 0;
  for (size_t i = 0; i < lasts.size(); ++tests) {
    const bool both = i + 1 < lasts.size() && lasts[i + 1] == lasts[i] + 1;
    i += both ? 2 : 1;
  }
  return tests;
}

double LeastComparisons(std::span<const WeightedRun> runs) {
  return Dispatch(runs).Least();
}

double LeastTests(std::span<const WeightedRun> runs) {
  std::priority_queue<double, std::vector<double>, std::greater<>> weights;
  weights.push(0);  // the numbers of no run
  for (const WeightedRun& run : runs) weights.push(run.weight);
  double total = 0;
  while (weights.size() > 1) {
    const double first = weights.top();
    weights.pop();
    const double both = first + weights.top();
    weights.pop();
    weights.push(both);
    total += both;
  }
  return total;
}

}  // namespace bailey::bench
