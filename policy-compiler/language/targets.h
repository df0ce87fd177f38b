// The architectures that a policy is for.
//
//   for (const Architecture target : TargetsOf(syntax, report)) ...

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_TARGETS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_TARGETS_H_

#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"

namespace bailey::policy {

// As `target` lists them, each once; x86_64 where nothing is written or nothing
// of it is known, which was reported.
std::vector<Architecture> TargetsOf(const PolicySyntax& syntax,
                                    TextReporter& report);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_TARGETS_H_
