// Leaves out the instructions that no path reaches.
//
//   program = WithoutUnreached(program);
//
// The emitter writes a return for each answer, and a copy of it behind jumps
// that the first does not reach; where all of them took copies, the first is in
// vain.

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_UNREACHED_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_UNREACHED_H_

#include "common/bpf/evaluator.h"

namespace bailey::policy {

// Requires a program that ValidateBpf accepts but for its length. Jumps only
// become shorter.
BpfProgram WithoutUnreached(const BpfProgram& program);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_UNREACHED_H_
