// A resolved condition as the policy language writes it.
//
//   ConditionText(call, rule.when)  // "flags & 0x3 == 0x0 and dirfd == -100"
//
// What is written resolves to a condition that holds for the same calls.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_CONDITION_TEXT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_CONDITION_TEXT_H_

#include <optional>
#include <string>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// What stands between the parentheses of a pattern, and "" for a condition that
// always holds. None where the language has no way to write it: an argument
// that the call does not have.
std::optional<std::string> ConditionText(const Syscall& call,
                                         const Condition& condition);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_CONDITION_TEXT_H_
