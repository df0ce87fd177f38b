// Denials of one of several calls that do the same: `deny syscall open` next to
// an allowed openat, shown by the call that gets through. A denial that answers
// ENOSYS asks the program to fall back to the other, and is none of these.

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "common/findings/rules.h"
#include "policy-compiler/language/condition.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/language/ways_around.h"
#include "policy-compiler/verify/lint/lint_context.h"

namespace bailey::policy {
namespace {

bool AsksToFallBack(const Action& action) {
  return action.kind == ActionKind::kErrno && action.errno_value == ENOSYS;
}

class SameDeedFinder {
 public:
  explicit SameDeedFinder(LintContext& lint) : lint_(lint) {}

  void Run() {
    for (const NumberFacts& facts : lint_.numbers())
      for (const SyscallRule* rule : facts.rules) Look(facts, *rule);
  }

 private:
  void Look(const NumberFacts& facts, const SyscallRule& rule) {
    const RuleInfo& info = InfoOf(*facts.policy, rule);
    if (!lint_.IsOwn(*facts.policy, info) || LetsThrough(rule.action) ||
        AsksToFallBack(rule.action) || !IsUnconditional(rule.when))
      return;
    for (const auto& group : kSameDeed) {
      if (std::ranges::find(group, facts.call->name) == group.end()) continue;
      for (const std::string_view name : group)
        if (!name.empty() && name != facts.call->name)
          LookAt(name, facts, info);
    }
  }

  void LookAt(std::string_view name, const NumberFacts& facts,
              const RuleInfo& info) {
    const Policy& policy = *facts.policy;
    const PortionPolicy& portion = *facts.portion;
    const Syscall* other =
        SyscallTable::For(policy.architecture).FindByName(name);
    if (other == nullptr) return;
    SeccompData data = CallOf(policy.architecture, other->number);
    const z3::expr allowed =
        lint_.Allowed(policy, portion, other->number, lint_.input());
    if (lint_.Ask(allowed, fmt::format("whether `{}` is allowed", name),
                  &data) != LintAnswer::kYes)
      return;
    const bool by_default =
        Evaluate(policy.architecture, portion, data).rule < kFirstUserRule;
    LintFinding finding;
    finding.architecture = policy.architecture;
    finding.portion = portion.name;
    finding.finding.message = fmt::format(
        "`{}` does what `{}` does, and {} allows it", name, facts.call->name,
        by_default ? "`otherwise`" : "another rule");
    // An author who allows the other one has seen it.
    finding.finding.level =
        by_default ? FindingLevel::kWarning : FindingLevel::kNote;
    finding.witnesses.push_back(LintContext::Witness(policy, portion, data));
    lint_.Report(kSameDeedRule, info,
                 fmt::format("{}.{}", facts.call->name, name),
                 std::move(finding));
  }

  LintContext& lint_;
};

}  // namespace

void FindSameDeeds(LintContext& lint) { SameDeedFinder(lint).Run(); }

}  // namespace bailey::policy
