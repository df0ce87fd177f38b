#include "policy-compiler/formats/ranked_rules.h"

#include <fmt/format.h>

#include <utility>

#include "policy-compiler/formats/call_regions.h"
#include "policy-compiler/formats/full_width.h"
#include "policy-compiler/language/sort_stably.h"

namespace bailey::policy {
namespace {

std::vector<const SyscallRule*> RulesOf(const PortionPolicy& portion,
                                        const Syscall& call) {
  std::vector<const SyscallRule*> rules;
  for (const SyscallRule& rule : portion.syscalls)
    if (rule.number == call.number) rules.push_back(&rule);
  SortStably(rules, [](const SyscallRule* rule) {
    return std::pair(-static_cast<int>(rule->action.kind), rule->rule);
  });
  return rules;
}

}  // namespace

// Of errors with different numbers the one of the lower index decides, so the
// others hold only where it does not: then their order is of no matter.
std::vector<RankedRule> RankedRules(const PortionPolicy& portion,
                                    const Syscall& call) {
  std::map<Action, RankedRule, StrongestFirst> by_action;
  for (const SyscallRule* const rule : RulesOf(portion, call)) {
    Condition when = FullWidth(rule->when);
    for (const auto& [action, earlier] : by_action)
      if (action.kind == ActionKind::kErrno &&
          action.kind == rule->action.kind && action != rule->action)
        when = Both(std::move(when), Negated(earlier.when));
    if (IsNever(when)) continue;
    const auto [found, added] = by_action.try_emplace(
        rule->action, RankedRule{rule->action, when, rule->rule});
    if (!added)
      found->second.when = Either(std::move(found->second.when), when);
  }
  std::vector<RankedRule> ranked;
  for (auto& [action, rule] : by_action) {
    ranked.push_back(std::move(rule));
    if (IsAlways(ranked.back().when)) break;
  }
  const Action unmatched = UnmatchedAction(portion, call);
  while (!ranked.empty() && ranked.back().action == unmatched)
    ranked.pop_back();
  return ranked;
}

std::vector<std::string> ExportHead(const Policy& policy,
                                    const PortionPolicy& portion) {
  std::vector<std::string> lines{fmt::format(
      "The system calls of the portion `{}` of the policy `{}`, for {}.",
      portion.name, policy.name, ArchitectureName(policy.architecture))};
  if (!portion.files.empty())
    lines.push_back(
        "Its file rules are not in it: which paths the calls may name is for "
        "others to decide.");
  return lines;
}

}  // namespace bailey::policy
