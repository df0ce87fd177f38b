// The compiler of filters: a portion's policy in, classic BPF out.
//
//   ASSIGN_OR_RETURN(BpfProgram program,
//                    CompileFilter(policy, portion, FilterKind::kNotify,
//                    options));
//   std::cout << Disassemble(program, FilterKind::kNotify);
//
// Nothing here is trusted: verify/ proves each program against the policy.

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_COMPILE_FILTER_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_COMPILE_FILTER_H_

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/seccomp/emission_options.h"

namespace bailey::policy {

// A program that the kernel accepts, or an error that says which portion's
// rules need more than its 4096 instructions. An ALLOW that depends on no
// argument is decided from the architecture and the number alone, so that the
// kernel answers it from its bitmap (since Linux 5.11) and never runs the
// program for it.
Result<BpfProgram> CompileFilter(const Policy& policy,
                                 const PortionPolicy& portion, FilterKind kind,
                                 const NotifyOptions& options,
                                 const EmissionOptions& emission = {});

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_COMPILE_FILTER_H_
