// The text of a lifted policy, from the rules of its calls.
//
//   std::string body = LiftedBody(rules, otherwise, widths, options);
//   text = LiftedText(body, comment_lines, options);

#ifndef BAILEY_POLICY_COMPILER_LIFT_LIFT_TEXT_H_
#define BAILEY_POLICY_COMPILER_LIFT_LIFT_TEXT_H_

#include <map>
#include <string>
#include <vector>

#include "policy-compiler/lift/call_rules.h"
#include "policy-compiler/lift/lift.h"

namespace bailey::policy {

using RulesByNumber = std::map<uint32_t, LiftedCall>;

// From `policy` on. Calls with the same answer whatever their arguments stand
// in one rule, the loose answers first.
std::string LiftedBody(const RulesByNumber& calls, const Action& otherwise,
                       Widths widths, const LiftOptions& options);

// The whole text; each comment is a line or is wrapped to some.
std::string LiftedText(const std::string& body,
                       const std::vector<std::string>& comments);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIFT_LIFT_TEXT_H_
