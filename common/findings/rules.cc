#include "common/findings/rules.h"

#include <algorithm>

namespace bailey {
namespace {

constexpr FindingRule kUnresolved = {
    kUnresolvedRule, "The analysis could not resolve what happens here",
    "Something here is decided while the program runs (a computed call, code "
    "that is mapped or loaded, assembly), and the analysis had to assume the "
    "worst.\n\nMake it a direct call where that is possible; else the policy's "
    "filter decides what it may do.",
    FindingLevel::kWarning, "3.0"};

constexpr FindingRule kBadSuppression = {
    kBadSuppressionRule, "A suppression that says no reason or no known rule",
    "A suppression reads `// bailey-ignore(rule): reason`, or "
    "`bailey-ignore(rule:subject)` for one system call. It stands on the line "
    "of the call or alone on the line before. Without a reason it suppresses "
    "nothing.",
    FindingLevel::kError, "4.0"};

constexpr std::string_view kCapabilityHelp =
    "A privilege that the program can exercise. `proved` ones are called in "
    "its own source with a known number; `over-approximated` ones are reached "
    "through libraries or pointers.\n\nHold it against a policy with `bailey "
    "check`.";

constexpr FindingRule CapabilityRule(std::string_view id,
                                     std::string_view summary) {
  return {id, summary, kCapabilityHelp, FindingLevel::kNote, "2.0"};
}

constexpr FindingRule kAnalyzeRules[] = {
    CapabilityRule("syscall", "The program can make this system call"),
    CapabilityRule("file", "The program can use this file"),
    CapabilityRule("net", "The program can reach this endpoint"),
    CapabilityRule("exec", "The program can run this program"),
    CapabilityRule("service", "The program can call this service"),
    CapabilityRule("credential", "The program uses this credential"),
    kUnresolved,
    kBadSuppression};

constexpr FindingRule kCheckRules[] = {
    {kDeniedRule, "The code makes a system call that the policy refuses",
     "The program's own source makes this call, and the policy never allows it "
     "in the portion where the code runs: the filter will refuse it.\n\nRemove "
     "the call, move the code to another portion, or allow the call in the "
     "policy, with its arguments where they are known.",
     FindingLevel::kError, "8.0"},
    {kUndecidedRule, "The code may make a system call that the policy refuses",
     "The call is reached through libraries or pointers, or the policy allows "
     "it for some arguments only. Whether it happens is not known; the filter "
     "refuses it when it does.\n\nAllow it if the program needs it (its own "
     "test suite under the filter tells), else leave it denied.",
     FindingLevel::kWarning, "5.0"},
    {kUncheckedRule, "A capability that is not held against the policy yet",
     "Only system calls are held against a policy. Read what the program does "
     "here and decide by hand.",
     FindingLevel::kWarning, "4.0"},
    kUnresolved,
    kBadSuppression};

bool Has(std::span<const FindingRule> rules, std::string_view id) {
  return std::ranges::find(rules, id, &FindingRule::id) != rules.end();
}

}  // namespace

std::span<const FindingRule> AnalyzeRules() { return kAnalyzeRules; }
std::span<const FindingRule> CheckRules() { return kCheckRules; }

bool IsFindingRule(std::string_view id) {
  return Has(kAnalyzeRules, id) || Has(kCheckRules, id) || Has(LintRules(), id);
}

}  // namespace bailey
