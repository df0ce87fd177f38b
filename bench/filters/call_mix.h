// The system calls that filters are measured with, and what a filter costs on
// them.
//
//   ASSIGN_OR_RETURN(CallMix mix, LoadCallMix());
//   FilterCost cost = CostOf(program, policy, mix);
//   cost.size; cost.uncached;  // instructions; U
//
// Since Linux 5.11 the kernel runs a filter once for each number, on the number
// and the architecture alone; where that reaches ALLOW, calls of the number
// never run it again (policy-compiler/seccomp/kernel_bitmap.h). U is the mean
// of the instructions executed over the calls that remain.

#ifndef BAILEY_BENCH_FILTERS_CALL_MIX_H_
#define BAILEY_BENCH_FILTERS_CALL_MIX_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::bench {

struct MixedCall {
  uint32_t number = 0;
  double weight = 0;
  std::array<uint64_t, 6> arguments{};
};

using CallMix = std::vector<MixedCall>;

// testdata/seccomp/mix.json.
Result<CallMix> LoadCallMix();

// The mix as a program under this policy makes it: without the calls that it
// denies, and with weight 1 for each call whose arguments it restricts and that
// the mix has not, with arguments that it allows.
CallMix MixUnder(const policy::Policy& policy, const CallMix& mix);

struct FilterCost {
  size_t size = 0;
  // U; none: the kernel's bitmap answers every call of the mix.
  std::optional<double> uncached;
  double mean = 0;  // the same over all calls, as if there were no bitmap
};

FilterCost CostOf(const BpfProgram& program, const CallMix& mix);

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_FILTERS_CALL_MIX_H_
