// A portion's filter as libseccomp makes it, linear or as its binary tree.
//
//   ASSIGN_OR_RETURN(BpfProgram program,
//                    CompileWithLibseccomp(policy, portion, {}));
//   ProofResult proof = ProveFilter(policy, portion, FilterKind::kPlain, {},
//                                   program, timeout_ms);
//
// Nothing here is trusted: where libseccomp (2.5.4 at the time of writing)
// makes another thing of the rules the proof has the witness.
//
// Not thread-safe, as libseccomp is not. No process with privilege links it.

#ifndef BAILEY_POLICY_COMPILER_LIBSECCOMP_LIBSECCOMP_FILTER_H_
#define BAILEY_POLICY_COMPILER_LIBSECCOMP_LIBSECCOMP_FILTER_H_

#include <string>

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct LibseccompOptions {
  bool binary_tree = false;  // SCMP_FLTATR_CTL_OPTIMIZE 2
  // libseccomp gives numbers that no call has what every unmatched call gets.
  // With this the policy's answers to them stand in front (number_prologue.h);
  // without it the filter is what other users of libseccomp have, and wrong
  // about such numbers.
  bool answer_unknown_numbers = true;
};

// The plain filter (FilterKind::kPlain). Fails, naming the rule, where
// libseccomp cannot say it: a condition that takes too many of its rules, or a
// call that it does not know (on another architecture than the machine's).
Result<BpfProgram> CompileWithLibseccomp(const Policy& policy,
                                         const PortionPolicy& portion,
                                         const LibseccompOptions& options);

// "libseccomp 2.5.4"
std::string LibseccompName();

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIBSECCOMP_LIBSECCOMP_FILTER_H_
