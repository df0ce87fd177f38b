// The schemes of other compilers of seccomp filters, written anew from their
// public descriptions and sources, so that the benchmark can run them on any
// profile.
//
//   ASSIGN_OR_RETURN(RivalProfile profile, MakeRivalProfile(policy, mix));
//   for (const Rival& rival : kRivals)
//     auto program = rival.compile(profile);
//
// Each is given what is best for it: exact frequencies where it knows what to
// do with them; comparisons of the bits that the profile asks for, even where
// the tool itself would compare others or refuse; and no duty to answer numbers
// that no call has with anything but what every unmatched call gets.

#ifndef BAILEY_BENCH_RIVALS_RIVAL_H_
#define BAILEY_BENCH_RIVALS_RIVAL_H_

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "bench/filters/call_mix.h"
#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::bench {

// All hold.
using Alternative = std::vector<policy::Comparison>;

struct RivalCall {
  uint32_t number = 0;
  uint32_t answer = 0;           // SECCOMP_RET_* where any alternative holds
  std::vector<Alternative> any;  // none: always
  double frequency = 1;
};

struct RivalProfile {
  uint32_t audit_architecture = 0;
  uint32_t otherwise = 0;        // SECCOMP_RET_* of what no rule matches
  uint32_t foreign = 0;          // of other architectures
  std::vector<RivalCall> calls;  // ascending by number
};

// Fails for conditions other than alternatives of conjunctions, and for a call
// whose rules have several actions.
Result<RivalProfile> MakeRivalProfile(const policy::Policy& policy,
                                      const CallMix& mix);

// Kafel: ranges of numbers in a balanced binary tree.
Result<BpfProgram> CompileLikeKafel(const RivalProfile& profile);
// minijail's compile_seccomp_policy: the binary search tree that is best for
// the frequencies.
Result<BpfProgram> CompileLikeMinijail(const RivalProfile& profile);
// Chromium's bpf_dsl: binary search over ranges, equal code shared.
Result<BpfProgram> CompileLikeChromium(const RivalProfile& profile);
// gVisor's pkg/seccomp: hot calls with conditions first, a tree of the others
// with conditions, one of those without; optimised rules and bytecode.
Result<BpfProgram> CompileLikeGvisor(const RivalProfile& profile);

struct Rival {
  std::string_view name;
  Result<BpfProgram> (*compile)(const RivalProfile&);
};

inline constexpr std::array<Rival, 4> kRivals = {
    {{"Kafel's", CompileLikeKafel},
     {"minijail's", CompileLikeMinijail},
     {"Chromium's", CompileLikeChromium},
     {"gVisor's", CompileLikeGvisor}}};

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_RIVALS_RIVAL_H_
