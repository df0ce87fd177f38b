// A portion's policy as one of minijail, for its offline compiler
// (google/minijail, commit 8d20993 of 2026-07-30,
// tools/compile_seccomp_policy.py).
//
//   ASSIGN_OR_RETURN(ExportedPolicy exported, ExportMinijail(policy, portion));
//
// For each system call the first filter that matches decides there, so the
// stronger actions come first. A test is of all 64 bits, so one of fewer is
// written by its bits, which is exact. The default can only deny without an
// errno: any other `otherwise` is written for each call, and is a loss for the
// numbers that minijail has no name for, which are killed.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_EXPORT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_EXPORT_H_

#include "common/result.h"
#include "policy-compiler/formats/exported_policy.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

Result<ExportedPolicy> ExportMinijail(const Policy& policy,
                                      const PortionPolicy& portion);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_EXPORT_H_
