// The system calls that runtime/ itself makes in a portion of a split program,
// as rules that `eval`, the outcome and the proof show like any other.
//
//   AddRuntimeRules(policy);  // once the policy is to be split

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_RUNTIME_RULES_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_RUNTIME_RULES_H_

#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// Adds the rules of "runtime/channel" to every portion; a second call changes
// nothing. They are allow rules: what the author denies stays denied.
//
//   futex on shared memory, to wait and to wake      the channel
//   prctl(BAILEY_SENTINEL_OPTION)                    giving the listener away
//   seccomp(SECCOMP_SET_MODE_FILTER, TSYNC), logged, and getpid
//                                the switch to serving, in portions that have
//                                one
void AddRuntimeRules(Policy& policy);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_RUNTIME_RULES_H_
