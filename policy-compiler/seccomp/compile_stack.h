// Several filters where one is too long: of a stack of filters the kernel takes
// the strongest answer, so each decides some of the numbers and allows the
// others.
//
//   ASSIGN_OR_RETURN(std::vector<BpfProgram> stack,
//                    CompileFilterStack(policy, portion, FilterKind::kPlain,
//                                       {}, {}));
//   // installed in this order; verify/'s ProveFilters proves all of them as
//   one

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_COMPILE_STACK_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_COMPILE_STACK_H_

#include <vector>

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/seccomp/emission_options.h"

namespace bailey::policy {

// One program where one is enough. Fails where a single call's rules do not fit
// into one, and where all together are more than the kernel takes from one task
// (MAX_INSNS_PER_PATH, kernel/seccomp.c). Not for the rule index, which is no
// filter of the kernel's.
Result<std::vector<BpfProgram>> CompileFilterStack(
    const Policy& policy, const PortionPolicy& portion, FilterKind kind,
    const NotifyOptions& options, const EmissionOptions& emission);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_COMPILE_STACK_H_
