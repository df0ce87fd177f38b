// What no filter for a policy can be shorter than, or faster than on a mix of
// calls. docs/filters-lower-bound.md states the assumptions and the argument.
//
//   ASSIGN_OR_RETURN(SizeBound size, SizeBoundOf(policy));
//   ASSIGN_OR_RETURN(std::optional<CostBound> cost, CostBoundOf(policy, mix));

#ifndef BAILEY_BENCH_FILTERS_LOWER_BOUND_H_
#define BAILEY_BENCH_FILTERS_LOWER_BOUND_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "bench/filters/call_mix.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::bench {

// Instructions that every filter must have.
struct SizeBound {
  size_t words = 0;  // architecture, number, argument words that matter
  size_t argument_loads = 0;  // one for each condition of its own
  size_t returns = 0;         // one for each answer
  size_t number_tests = 0;
  size_t word_tests = 0;  // of the architecture and of argument words
  size_t path_tests = 0;  // on one path: of all words that decide there

  // Of filters that test the number by comparison alone.
  size_t by_comparison() const;
  // Of every program of loads, tests and returns.
  size_t of_any() const;
};

Result<SizeBound> SizeBoundOf(const policy::Policy& policy);

// Mean instructions over the calls of the mix that the kernel's bitmap cannot
// answer: U.
struct CostBound {
  double by_comparison = 0;
  double by_any_test = 0;
};

// None: the bitmap answers all.
Result<std::optional<CostBound>> CostBoundOf(const policy::Policy& policy,
                                             const CallMix& mix);

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_FILTERS_LOWER_BOUND_H_
