// Whether two rules of a policy answer one call with different errnos: one
// question a system call, however many rules it has.

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <map>
#include <set>
#include <vector>

#include "common/check.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/policy_formula.h"
#include "policy-compiler/verify/prove.h"
#include "policy-compiler/verify/solver.h"

namespace bailey::policy {
namespace {

using Rules = std::vector<const SyscallRule*>;

bool HasDifferentErrnos(const Rules& rules) {
  std::set<uint16_t> values;
  for (const SyscallRule* rule : rules)
    if (rule->action.kind == ActionKind::kErrno)
      values.insert(rule->action.errno_value);
  return values.size() > 1;
}

// "Rules with two errnos match, and none that is stronger."
z3::expr Conflict(const Rules& rules, const Input& input) {
  z3::context& context = input.number.ctx();
  std::map<uint16_t, z3::expr> answers;  // by errno: on which inputs
  z3::expr undecided = context.bool_val(true);
  for (const SyscallRule* rule : rules) {
    const z3::expr matches = ConditionFormula(rule->when, input);
    if (rule->action.kind > ActionKind::kErrno) {
      undecided = undecided && !matches;
    } else if (rule->action.kind == ActionKind::kErrno) {
      const auto [at, added] =
          answers.try_emplace(rule->action.errno_value, matches);
      if (!added) at->second = at->second || matches;
    }
  }
  z3::expr one = context.bool_val(false);
  z3::expr two = context.bool_val(false);
  for (const auto& [errno_value, answered] : answers) {
    two = two || (one && answered);
    one = one || answered;
  }
  return undecided && two;
}

// The first two, by their index, that the call shows.
ErrnoConflict Show(Rules rules, const SeccompData& data) {
  std::erase_if(rules, [&](const SyscallRule* rule) {
    return rule->action.kind < ActionKind::kErrno || !Holds(rule->when, data);
  });
  std::ranges::sort(rules, {}, &SyscallRule::rule);
  // INVARIANT: a witness is shown only when the evaluator sees it, too.
  CHECK(std::ranges::all_of(rules, [](const SyscallRule* rule) {
    return rule->action.kind == ActionKind::kErrno;
  }));
  const auto second = std::ranges::find_if(rules, [&](const SyscallRule* rule) {
    return rule->action != rules.front()->action;
  });
  CHECK(second != rules.end());
  return {rules.front()->rule, (*second)->rule, data};
}

// `rules` are one number's.
Result<std::optional<ErrnoConflict>> FindAmong(const Rules& rules,
                                               uint32_t architecture,
                                               uint32_t timeout_ms) {
  if (!HasDifferentErrnos(rules)) return std::nullopt;
  z3::context context;
  const Input input(context);
  z3::solver solver = SolverFor(context, Conflict(rules, input), timeout_ms);
  switch (solver.check()) {
    case z3::unsat:
      return std::nullopt;
    case z3::unknown:
      return Fail(fmt::format(
          "whether two errno rules meet is unknown: z3 gave up ({})",
          solver.reason_unknown()));
    case z3::sat:
      break;
  }
  SeccompData data = input.In(solver.get_model());
  data.number = rules.front()->number;
  data.architecture = architecture;
  return Show(rules, data);
}

}  // namespace

Result<std::optional<ErrnoConflict>> FindErrnoConflict(
    const Policy& policy, const PortionPolicy& portion, uint32_t timeout_ms) {
  std::map<uint32_t, Rules> by_number;
  for (const SyscallRule& rule : portion.syscalls) {
    by_number[rule.number].push_back(&rule);
  }
  const uint32_t architecture =
      SyscallTable::For(policy.architecture).audit_arch();
  try {
    for (const auto& [number, rules] : by_number) {
      ASSIGN_OR_RETURN(auto conflict,
                       FindAmong(rules, architecture, timeout_ms));
      if (conflict) return conflict;
    }
  } catch (const std::exception& exception) {  // z3's, or no memory
    return Fail(fmt::format("z3: {}", exception.what()));
  }
  return std::nullopt;
}

}  // namespace bailey::policy
