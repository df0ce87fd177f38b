// What a policy declares, apart from its rules: target, credentials, portions,
// limits, `otherwise`.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_DECLARATIONS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_DECLARATIONS_H_

#include "policy-compiler/language/ast.h"
#include "policy-compiler/language/diagnostic_sink.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

inline constexpr size_t kMaxPortions = 32;
inline constexpr size_t kMaxCredentials = 64;

// Fills all of `policy` but rules, syscalls, files and digest. There is one
// entry in `portions` for each of the first kMaxPortions portion statements, in
// order (a duplicate, which is an error, included), or one called "main" if
// there is none.
void Declare(const PolicySyntax& syntax, TextReporter& report, Policy& policy);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_DECLARATIONS_H_
