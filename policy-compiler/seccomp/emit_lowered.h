// The last step of compiling a filter: what the lowering found becomes a
// program.
//
//   ASSIGN_OR_RETURN(BpfProgram program,
//                    EmitLowered(lowered, Architecture::kX8664,
//                                FilterKind::kPlain, EmissionOptions{}));

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_EMIT_LOWERED_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_EMIT_LOWERED_H_

#include <string>

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/lower/lower.h"
#include "policy-compiler/seccomp/emission_options.h"

namespace bailey::policy {

// Adds nodes to lowered.graph. The one error is that the program would be
// longer than the kernel takes.
Result<BpfProgram> EmitLowered(LoweredPolicy& lowered,
                               Architecture architecture, FilterKind kind,
                               const EmissionOptions& emission);

// The calls whose decisions need most instructions, and where their rules
// stand: "`ioctl` needs 9998 (app.policy:12), `prctl` needs 40 (...)".
std::string LongestDecisions(const LoweredPolicy& lowered, const Policy& policy,
                             const PortionPolicy& portion);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_EMIT_LOWERED_H_
