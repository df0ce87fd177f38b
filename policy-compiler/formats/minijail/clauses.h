// Conditions as minijail writes them: one of several lists of atoms, `arg0 == 1
// && arg1 & 4 || arg2 in 3`.
//
//   std::optional<std::string> text = MinijailExpression(when);

#ifndef BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_CLAUSES_H_
#define BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_CLAUSES_H_

#include <optional>
#include <string>

#include "policy-compiler/language/policy.h"

namespace bailey::policy {

inline constexpr size_t kMaxMinijailAtoms = 4'000;

// Requires a condition of full width that neither always nor never holds.
// Nothing where it takes more atoms than kMaxMinijailAtoms.
std::optional<std::string> MinijailExpression(const Condition& condition);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_MINIJAIL_CLAUSES_H_
