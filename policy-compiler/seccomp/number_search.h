// The search over system call numbers: from what the lowering found to one
// graph, whose cost is made small as EmissionOptions say.
//
//   NodeId root = BuildNumberSearch(lowered, Architecture::kX8664, options);

#ifndef BAILEY_POLICY_COMPILER_SECCOMP_NUMBER_SEARCH_H_
#define BAILEY_POLICY_COMPILER_SECCOMP_NUMBER_SEARCH_H_

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/lower/lower.h"
#include "policy-compiler/seccomp/emission_options.h"

namespace bailey::policy {

// A graph in lowered.graph that tests the number, then arguments. Numbers whose
// answer depends on no argument are decided by tests of the number alone.
NodeId BuildNumberSearch(LoweredPolicy& lowered, Architecture architecture,
                         const EmissionOptions& options);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SECCOMP_NUMBER_SEARCH_H_
