// The patterns of rules and groups: a system call by name, with its condition.
//
//   std::optional<ResolvedPattern> found =
//       ResolvePattern(pattern, Architecture::kX8664, text.widths, report);

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_PATTERN_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_PATTERN_H_

#include <optional>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"

namespace bailey::policy {

struct ResolvedPattern {
  const Syscall* call = nullptr;
  Condition when;
  size_t parts = 1;  // of the condition
};

// The call of that name; nothing after an error, or where the architecture
// lacks a call that others have: both were reported.
const Syscall* ResolveCall(const Name& name, Architecture architecture,
                           TextReporter& report);

// Requires a pattern that is no group, in a text of those widths. Nothing as
// for ResolveCall, or after an error of the condition.
std::optional<ResolvedPattern> ResolvePattern(const SyscallPattern& pattern,
                                              Architecture architecture,
                                              Widths widths,
                                              TextReporter& report);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_PATTERN_H_
