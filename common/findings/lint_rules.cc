// The kinds of findings of `bailey policy lint`, with the help that a reader of
// an alert gets. docs/policy-tools.md lists them.

#include "common/findings/rules.h"

namespace bailey {
namespace {

constexpr FindingRule kLintRules[] = {
    {kCredentialReachableRule,
     "A portion can reach a credential that it does not use",
     "A call or a file rule of this portion gets at another process' memory, "
     "environment or descriptors, or at the credential's file by another name. "
     "The split between the portions is worth nothing then.\n\nTake the call "
     "out of the portion, or name narrower paths.",
     FindingLevel::kError, "9.0"},
    {kEscapedConditionRule, "A condition that a caller slips past",
     "The condition compares bits that the kernel does not use, or a word of "
     "flags as a whole. A caller sets others of them, does the same, and gets "
     "another answer: both calls are shown.\n\nCompare under a mask.",
     FindingLevel::kWarning, "7.5"},
    {kOpenByDefaultRule, "`otherwise` allows what goes around denials",
     "The policy denies some calls and allows all others, among them calls by "
     "which a portion does what is denied.\n\nDeny by default, as in "
     "`otherwise errno EPERM;`, or deny these calls, too.",
     FindingLevel::kWarning, "7.0"},
    {kOverriddenRule, "A rule that never decides",
     "Stronger rules match every call that this one matches, so it has no "
     "effect. It may have been meant to make an exception: rules have no "
     "order, and deny overrides allow.\n\nRemove it, or narrow the others.",
     FindingLevel::kWarning, "5.0"},
    {kPointerConditionRule, "A test of an address that any address passes",
     "A filter sees where an argument lies, never what is there. Whoever makes "
     "the call chooses the address.\n\nDecide by an argument that is passed by "
     "value, or allow or deny the whole call.",
     FindingLevel::kNote, "3.0"},
    {kRedundantRule, "A rule that others make superfluous",
     "Other rules with the same action match every call that this one would "
     "decide.\n\nRemove it, unless it is there to be read.",
     FindingLevel::kNote, "1.0"},
    {kSameDeedRule, "A denied call that another one stands for",
     "Another call does the same and is allowed.\n\nDeny it, too; or answer "
     "`errno ENOSYS` where a program shall fall back to it.",
     FindingLevel::kWarning, "6.0"},
    {kLikeOtherwiseRule, "A rule that says what `otherwise` says",
     "What no rule matches gets the same answer.\n\nKeep it where it is there "
     "to be read, or to hold if `otherwise` is changed; else remove it.",
     FindingLevel::kNote, "1.0"},
    {kSurprisingErrnoRule, "An error that programs do not expect",
     "The call never returns this error, or programs take it for something "
     "else, such as a request to try again.\n\nAnswer EPERM, EACCES or "
     "ENOSYS; or kill.",
     FindingLevel::kWarning, "3.0"},
    {kUnreachableRule, "A rule that never matches",
     "No call fulfils the condition.\n\nCorrect the condition: what it was "
     "meant to match is decided by the other rules now.",
     FindingLevel::kWarning, "5.0"},
    {kUnusedGroupRule, "A group that nothing uses",
     "No rule, group or assertion names the group, so that it decides "
     "nothing.\n\nUse it or remove it.",
     FindingLevel::kWarning, "2.0"},
    {kVoidComparisonRule, "A comparison that decides nothing",
     "The comparison has one outcome for every value of the argument, as the "
     "kernel reads it: a mask and a value that do not meet, a bound outside "
     "the argument's width.\n\nCorrect it.",
     FindingLevel::kWarning, "5.0"},
    {kWayAroundRule, "An allowed call that goes around other rules",
     "By this call a portion can do what its other rules deny. The call that "
     "gets through is shown.\n\nLeave it out, narrow it, or suppress the "
     "finding with the reason why it is needed.",
     FindingLevel::kWarning, "7.0"},
    {kBadSuppressionRule, "A suppression that says no reason or no known rule",
     "A suppression reads `# bailey-ignore(rule): reason`, or "
     "`bailey-ignore(rule:subject)` for one system call. It stands on the line "
     "where the statement begins or alone on the line before. Without a reason "
     "it suppresses nothing.",
     FindingLevel::kError, "4.0"}};

}  // namespace

std::span<const FindingRule> LintRules() { return kLintRules; }

}  // namespace bailey
