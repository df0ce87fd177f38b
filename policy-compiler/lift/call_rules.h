// What a policy says of one system call so that it answers as the filters do.
//
//   LiftedCall rules = RulesOfCall(paths, otherwise, {});
//   for (const auto& [action, cubes] : rules.rules) ...
//
// Where a path is not exact, calls that may take it get the strictest of the
// answers that they may get.

#ifndef BAILEY_POLICY_COMPILER_LIFT_CALL_RULES_H_
#define BAILEY_POLICY_COMPILER_LIFT_CALL_RULES_H_

#include <set>
#include <string>
#include <vector>

#include "policy-compiler/language/policy.h"
#include "policy-compiler/lift/paths.h"

namespace bailey::policy {

// One rule: an action, and the calls that it is for.
struct LiftedRule {
  Action action;
  std::vector<CallCube> cubes;
};

struct LiftedCall {
  std::vector<LiftedRule> rules;  // none: `otherwise` decides
  std::set<std::string> reasons;  // why they are not the filters' own answers
};

// What the language has for an answer of the kernel's: its own action, or for a
// tracer, a supervisor and an errno of 0 a denial.
Action ActionFor(uint32_t returned);

// The answers of clone3 where clone's arguments are limited (see
// docs/policy-language.md): no rule may allow it, and none means ENOSYS.
enum class Clone3 { kNo, kLimited };

// Paths of FollowPaths.
LiftedCall RulesOfCall(const std::vector<FilterPath>& paths,
                       const Action& otherwise, Clone3 clone3);

// Whether rules of `clone` limit its arguments.
bool LimitsClone(const LiftedCall& clone, const Action& otherwise);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIFT_CALL_RULES_H_
