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

// `policy lint`'s.
inline constexpr std::string_view kUnreachableRule = "unreachable-rule";
inline constexpr std::string_view kOverriddenRule = "overridden-rule";
inline constexpr std::string_view kRedundantRule = "redundant-rule";
inline constexpr std::string_view kLikeOtherwiseRule = "shadowed-by-otherwise";
inline constexpr std::string_view kVoidComparisonRule = "void-comparison";
inline constexpr std::string_view kPointerConditionRule = "pointer-condition";
inline constexpr std::string_view kEscapedConditionRule = "escaped-condition";
inline constexpr std::string_view kWayAroundRule = "way-around";
inline constexpr std::string_view kOpenByDefaultRule = "open-by-default";
inline constexpr std::string_view kSameDeedRule = "same-deed";
inline constexpr std::string_view kCredentialReachableRule =
    "credential-reachable";
inline constexpr std::string_view kSurprisingErrnoRule = "surprising-errno";
inline constexpr std::string_view kUnusedGroupRule = "unused-group";

std::span<const FindingRule> AnalyzeRules();
std::span<const FindingRule> CheckRules();
std::span<const FindingRule> LintRules();

// Whether any verb has a rule of that id.
bool IsFindingRule(std::string_view id);

}  // namespace bailey

#endif  // BAILEY_COMMON_FINDINGS_RULES_H_
