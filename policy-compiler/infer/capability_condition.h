// The argument values of a capability as a condition of the policy language.
//
//   CapabilityCondition(architecture, call, capability.arguments)
//   // "dirfd == AT_FDCWD, flags & ~O_CLOEXEC == O_RDONLY"

#ifndef BAILEY_POLICY_COMPILER_INFER_CAPABILITY_CONDITION_H_
#define BAILEY_POLICY_COMPILER_INFER_CAPABILITY_CONDITION_H_

#include <string>
#include <vector>

#include "common/documents/report.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::policy {

// Empty: any values. A condition holds at least for all the values: what the
// language or `bailey check` cannot tell (pointers, sets of more than 256
// values) is not tested.
std::string CapabilityCondition(Architecture architecture, const Syscall& call,
                                const std::vector<ArgumentValues>& arguments);

// Those of the arguments that the condition tests: of the others it permits
// more than the capability has.
std::vector<ArgumentValues> TestedArguments(
    Architecture architecture, const Syscall& call,
    const std::vector<ArgumentValues>& arguments);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_INFER_CAPABILITY_CONDITION_H_
