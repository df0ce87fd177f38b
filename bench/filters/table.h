// What several compilers make of one profile, and of many.
//
//   ProfileResult result = ResultsOf(policy, mix, Rounds{});
//   Print(result);
//   Print(Summary(results));

#ifndef BAILEY_BENCH_FILTERS_TABLE_H_
#define BAILEY_BENCH_FILTERS_TABLE_H_

#include <optional>
#include <string>
#include <vector>

#include "bench/filters/call_mix.h"
#include "bench/filters/lower_bound.h"
#include "policy-compiler/language/policy.h"

namespace bailey::bench {

// One compiler's filter for one profile.
struct FilterResult {
  std::string compiler;
  std::string problem;  // why there is none, or that it is wrong; else empty
  FilterCost cost;
};

struct ProfileResult {
  std::string profile;
  std::vector<FilterResult> filters;  // Bailey's first, then always as many
  SizeBound size_bound;
  std::optional<CostBound> cost_bound;
};

// Compiles with each, and proves each. Bailey's and the bounds are for the
// whole policy; the others' filters are proved with the policy's answers to
// numbers without a call in front of them, and measured without.
Result<ProfileResult> ResultsOf(const policy::Policy& policy,
                                const CallMix& mix);

void PrintProfile(const ProfileResult& result);

// Ratios of the others to Bailey over many profiles.
void PrintSummary(const std::vector<ProfileResult>& results);

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_FILTERS_TABLE_H_
