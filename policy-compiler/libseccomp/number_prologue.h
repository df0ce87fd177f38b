// What other compilers of filters have no words for, put in front of their
// filters: the answers to numbers that no call has, and to x32's.
//
//   program = WithNumberPrologue(policy, portion, std::move(program));
//
//   ld  [4]                     architecture
//   jeq AUDIT_ARCH, 0, program  foreign ones are the program's own matter
//   ld  [0]                     number
//   jge #0x80000000, unknown, 0
//   jge #0x40000000, foreign, 0 x86_64 only
//   jge #...                    the numbers that the table lacks, from above
//   ret ...                     unknown
//   ret kill_process            foreign
//
// runc does the same for libseccomp's filters, for numbers above the last.

#ifndef BAILEY_POLICY_COMPILER_LIBSECCOMP_NUMBER_PROLOGUE_H_
#define BAILEY_POLICY_COMPILER_LIBSECCOMP_NUMBER_PROLOGUE_H_

#include "common/bpf/evaluator.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// For FilterKind::kPlain. The program itself, where `otherwise` kills the
// process: then such numbers are killed whatever else is said.
BpfProgram WithNumberPrologue(const Policy& policy,
                              const PortionPolicy& portion, BpfProgram program);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIBSECCOMP_NUMBER_PROLOGUE_H_
