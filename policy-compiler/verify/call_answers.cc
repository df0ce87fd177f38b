#include "policy-compiler/verify/call_answers.h"

#include <algorithm>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/condition.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/policy_formula.h"

namespace bailey::policy {

NumberRules RulesOf(const PortionPolicy& portion, uint32_t number) {
  NumberRules rules;
  for (const SyscallRule& rule : portion.syscalls)
    if (rule.number == number) rules.push_back(&rule);
  // What is alike stays in the order in which it stands.
  std::ranges::sort(rules, [](const SyscallRule* a, const SyscallRule* b) {
    if (a->action.kind != b->action.kind)
      return a->action.kind > b->action.kind;
    return a->rule != b->rule ? a->rule < b->rule : a < b;
  });
  return rules;
}

SeccompData CallOf(Architecture architecture, uint32_t number) {
  SeccompData data;
  data.number = number;
  data.architecture = SyscallTable::For(architecture).audit_arch();
  return data;
}

Action UnmatchedAction(Architecture architecture, const PortionPolicy& portion,
                       uint32_t number) {
  PortionPolicy bare;
  bare.otherwise = portion.otherwise;
  bare.clone_constrained = portion.clone_constrained;
  return Evaluate(architecture, bare, CallOf(architecture, number)).action;
}

Deciders DecidersOf(Architecture architecture, const PortionPolicy& portion,
                    uint32_t number, const Input& input) {
  Deciders deciders;
  z3::expr open = input.number.ctx().bool_val(true);  // nothing has matched
  for (const SyscallRule* rule : RulesOf(portion, number)) {
    const z3::expr match = ConditionFormula(rule->when, input);
    deciders.push_back({rule, rule->action, open && match});
    if (IsUnconditional(rule->when)) return deciders;
    open = open && !match;
  }
  deciders.push_back(
      {nullptr, UnmatchedAction(architecture, portion, number), open});
  return deciders;
}

bool LetsThrough(const Action& action) {
  return action.kind <= ActionKind::kLog;
}

z3::expr AllowedBy(const Deciders& deciders, const Input& input) {
  z3::expr allowed = input.number.ctx().bool_val(false);
  for (const Decider& decider : deciders)
    if (LetsThrough(decider.action)) allowed = allowed || decider.when;
  return allowed;
}

}  // namespace bailey::policy
