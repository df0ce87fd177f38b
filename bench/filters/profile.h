// The profiles that filters are compared on, as policies of one portion.
//
//   ASSIGN_OR_RETURN(policy::Policy docker,
//                    LoadProfile("docker", Widths::kFull));

#ifndef BAILEY_BENCH_FILTERS_PROFILE_H_
#define BAILEY_BENCH_FILTERS_PROFILE_H_

#include <string>

#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::bench {

// Whether comparisons are of all 64 bits, or of those that the kernel reads.
enum class ArgumentWidths { kFull, kKernel };

// One of testdata/seccomp/NAME.oci.json. Names that no table knows are left
// out.
Result<policy::Policy> LoadProfile(const std::string& name,
                                   ArgumentWidths widths);

// A comparison of `widths`, unsigned. `mask` and `value` lose what is above.
policy::Comparison CompareArgument(uint32_t number, int argument,
                                   ArgumentWidths widths, policy::CompareOp op,
                                   uint64_t value,
                                   uint64_t mask = ~uint64_t{0});

// A rule of the portion; its condition holds where all comparisons do.
void AddRule(policy::Policy& policy, uint32_t number,
             const policy::Action& action,
             const std::vector<policy::Comparison>& all = {});

// A policy of one portion without rules.
policy::Policy EmptyProfile(const std::string& name,
                            const policy::Action& otherwise);

}  // namespace bailey::bench

#endif  // BAILEY_BENCH_FILTERS_PROFILE_H_
