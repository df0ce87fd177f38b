// Checks of whole portions, for which all rules must be known.

#ifndef BAILEY_POLICY_COMPILER_LANGUAGE_PORTION_CHECKS_H_
#define BAILEY_POLICY_COMPILER_LANGUAGE_PORTION_CHECKS_H_

#include <vector>

#include "policy-compiler/language/diagnostic_sink.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// Where a rule is written. The reporter is borrowed.
struct RulePlace {
  TextReporter* report = nullptr;
  SourceSpan span;
};

// Reports, for every portion,
//   - file rules that cover the source of a credential it does not use,
//   - two different errnos for one input, where that shows without a solver,
//   - `allow syscall clone3` next to limits on clone's flags,
//   - calls that are a way around other rules (warnings),
// and sets clone_constrained. `places` has one entry for each of policy.rules.
void CheckPortions(Policy& policy, const std::vector<RulePlace>& places);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LANGUAGE_PORTION_CHECKS_H_
