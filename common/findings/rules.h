// The kinds of findings, with the help that a reader of an alert gets.

#ifndef BAILEY_COMMON_FINDINGS_RULES_H_
#define BAILEY_COMMON_FINDINGS_RULES_H_

#include <optional>
#include <span>
#include <string_view>

#include "common/findings/finding.h"

namespace bailey {

// `check`'s.
inline constexpr std::string_view kDeniedRule = "denied-syscall";
inline constexpr std::string_view kUndecidedRule = "undecided-syscall";
inline constexpr std::string_view kUncheckedRule = "unchecked-capability";
// Of both verbs. `analyze` has, beside these, a rule for each kind of
// capability: "syscall", "file", ...
inline constexpr std::string_view kUnresolvedRule = "unresolved";
inline constexpr std::string_view kBadSuppressionRule = "bad-suppression";

std::span<const FindingRule> AnalyzeRules();
std::span<const FindingRule> CheckRules();

// Whether any verb has a rule of that id.
bool IsFindingRule(std::string_view id);

}  // namespace bailey

#endif  // BAILEY_COMMON_FINDINGS_RULES_H_
