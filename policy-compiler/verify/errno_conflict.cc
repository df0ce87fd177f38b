#include <fmt/format.h>

#include <exception>
#include <map>
#include <utility>
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

// INVARIANT: a witness is shown only when the evaluator matches both rules.
void CheckReplays(const SyscallRule& first, const SyscallRule& second,
                  const SeccompData& data) {
  CHECK(Holds(first.when, data) && Holds(second.when, data));
}

// `rules` are one number's.
Result<std::optional<ErrnoConflict>> FindBetween(const Rules& rules,
                                                 const SyscallRule& first,
                                                 const SyscallRule& second,
                                                 uint32_t architecture,
                                                 uint32_t timeout_ms) {
  z3::context context;
  const Input input(context);
  z3::expr both = ConditionFormula(first.when, input) &&
                  ConditionFormula(second.when, input);
  for (const SyscallRule* rule : rules) {
    if (rule->action.kind > ActionKind::kErrno) {
      both = both && !ConditionFormula(rule->when, input);
    }
  }
  z3::solver solver = SolverFor(context, both, timeout_ms);
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
  ErrnoConflict conflict{first.rule, second.rule, input.In(solver.get_model())};
  conflict.data.number = first.number;
  conflict.data.architecture = architecture;
  CheckReplays(first, second, conflict.data);
  return conflict;
}

Result<std::optional<ErrnoConflict>> FindAmong(const Rules& rules,
                                               uint32_t architecture,
                                               uint32_t timeout_ms) {
  for (size_t i = 0; i < rules.size(); ++i) {
    for (size_t j = i + 1; j < rules.size(); ++j) {
      const Action& a = rules[i]->action;
      const Action& b = rules[j]->action;
      if (a.kind != ActionKind::kErrno || b.kind != ActionKind::kErrno ||
          a.errno_value == b.errno_value) {
        continue;
      }
      ASSIGN_OR_RETURN(auto conflict, FindBetween(rules, *rules[i], *rules[j],
                                                  architecture, timeout_ms));
      if (conflict) return conflict;
    }
  }
  return std::nullopt;
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
