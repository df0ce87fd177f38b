// The fewest tests of the number: in a filter, and on its paths.
//
//   FewestComparisons(boundaries);  // in all
//   LeastComparisons(runs) / weight;  // in the mean
//
// docs/filters-lower-bound.md has the argument.

#ifndef BAILEY_BENCH_FILTERS_DISPATCH_BOUND_H_
#define BAILEY_BENCH_FILTERS_DISPATCH_BOUND_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace bailey::bench {

// The fewest comparisons with constants (`jeq` and `jge`) that separate each
// `last` in the list from its successor. Ascending, without repeats.
size_t FewestComparisons(std::span<const uint32_t> lasts);

// A stretch of numbers, all with conditions on arguments, with calls of the
// mix in it.
struct WeightedRun {
  uint64_t first = 0;
  uint64_t end = 0;  // one past the last
  double weight = 0;
};

// The least sum of weight * tests of the number before the run is known. Runs
// ascend and do not touch.
double LeastComparisons(std::span<const WeightedRun> runs);
// The same with tests of any kind (Huffman's code; numbers of no run are one
// more word, without weight).
double LeastTests(std::span<const WeightedRun> runs);

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_FILTERS_DISPATCH_BOUND_H_
