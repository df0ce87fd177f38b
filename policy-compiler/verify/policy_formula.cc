#include "policy-compiler/verify/policy_formula.h"

#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <ranges>
#include <set>
#include <string_view>
#include <utility>

#include "common/check.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::policy {
namespace {

// Z3 makes an `and` of no operands, which no other solver reads.
z3::expr AllOf(const z3::expr_vector& operands) {
  if (operands.empty()) return operands.ctx().bool_val(true);
  return operands.size() == 1 ? operands[0] : z3::mk_and(operands);
}

z3::expr AnyOf(const z3::expr_vector& operands) {
  if (operands.empty()) return operands.ctx().bool_val(false);
  return operands.size() == 1 ? operands[0] : z3::mk_or(operands);
}

// The argument as a bit-vector of the width that the kernel reads: Z3's own
// signed and unsigned orders do the rest.
z3::expr ComparisonFormula(const Comparison& comparison, const Input& input) {
  z3::context& context = input.number.ctx();
  const unsigned width = comparison.width_bits;
  const z3::expr argument =
      input.arguments[static_cast<size_t>(comparison.argument)].extract(
          width - 1, 0);
  const auto constant = [&](uint64_t value) {
    return context.bv_val(value, 64).extract(width - 1, 0).simplify();
  };
  const z3::expr left = (argument & constant(comparison.mask)).simplify();
  const z3::expr right = constant(comparison.value);
  const bool is_signed = comparison.is_signed;
  switch (comparison.op) {
    case CompareOp::kEqual:
      return left == right;
    case CompareOp::kNotEqual:
      return left != right;
    case CompareOp::kLess:
      return is_signed ? z3::slt(left, right) : z3::ult(left, right);
    case CompareOp::kLessEqual:
      return is_signed ? z3::sle(left, right) : z3::ule(left, right);
    case CompareOp::kGreater:
      return is_signed ? z3::sgt(left, right) : z3::ugt(left, right);
    case CompareOp::kGreaterEqual:
      break;
  }
  return is_signed ? z3::sge(left, right) : z3::uge(left, right);
}

uint32_t VerdictOnly(const Action& action) {
  switch (action.kind) {
    case ActionKind::kAllow:
      return SECCOMP_RET_ALLOW;
    case ActionKind::kLog:
      return SECCOMP_RET_LOG;
    case ActionKind::kErrno:
      return SECCOMP_RET_ERRNO + action.errno_value;
    case ActionKind::kTrap:
      return SECCOMP_RET_TRAP;
    case ActionKind::kKillThread:
      return SECCOMP_RET_KILL_THREAD;
    case ActionKind::kKillProcess:
      return SECCOMP_RET_KILL_PROCESS;
  }
  CHECK(false && "an action has one of six kinds");
}

std::set<uint32_t> OpensOf(Architecture architecture) {
  const SyscallTable& table = SyscallTable::For(architecture);
  std::set<uint32_t> numbers;
  for (const std::string_view name : {"open", "creat", "openat", "openat2"}) {
    if (const Syscall* call = table.FindByName(name))
      numbers.insert(call->number);
  }
  return numbers;
}

// Whether `a` decides before `b` where both match.
bool Precedes(const SyscallRule& a, const SyscallRule& b) {
  if (a.action.kind != b.action.kind) return a.action.kind > b.action.kind;
  return a.rule < b.rule;
}

}  // namespace

z3::expr ConditionFormula(const Condition& condition, const Input& input) {
  if (condition.kind == Condition::Kind::kCompare) {
    return ComparisonFormula(condition.comparison, input);
  }
  if (condition.kind == Condition::Kind::kNot) {
    return !ConditionFormula(condition.operands.front(), input);
  }
  z3::expr_vector operands(input.number.ctx());
  for (const Condition& operand : condition.operands) {
    operands.push_back(ConditionFormula(operand, input));
  }
  return condition.kind == Condition::Kind::kAll ? AllOf(operands)
                                                 : AnyOf(operands);
}

uint32_t SpecifiedReturn(FilterKind kind, const Verdict& verdict,
                         bool notified_open, bool sentinel) {
  if (kind == FilterKind::kRuleIndex) return verdict.rule;
  const uint32_t plain = VerdictOnly(verdict.action);
  if (kind == FilterKind::kPlain) return plain;
  const ActionKind action = verdict.action.kind;
  const bool compatibility =
      action == ActionKind::kErrno && (verdict.rule == kRuleUnknownNumber ||
                                       verdict.rule == kRuleClone3Fallback);
  const bool stays = compatibility || action == ActionKind::kTrap ||
                     action == ActionKind::kKillThread ||
                     (action == ActionKind::kAllow && !notified_open);
  return stays && !sentinel ? plain : SECCOMP_RET_USER_NOTIF;
}

bool IsNotifiedAllow(Architecture architecture, uint32_t number,
                     const NotifyOptions& options) {
  if (options.allowed) return true;
  return options.opens && OpensOf(architecture).contains(number);
}

bool IsSentinel(const SeccompData& data, const NotifyOptions& options) {
  return options.sentinel_number != 0 &&
         data.number == options.sentinel_number &&
         (data.arguments[0] & 0xffffffff) ==
             (options.sentinel_argument0 & 0xffffffff);
}

PolicyFormula::PolicyFormula(const Policy& policy, const PortionPolicy& portion,
                             FilterKind kind, const NotifyOptions& options,
                             const Input& input)
    : policy_(policy),
      portion_(portion),
      kind_(kind),
      options_(options),
      input_(input),
      context_(input.number.ctx()),
      clone3_(SyscallTable::For(policy.architecture).FindByName("clone3")),
      opens_(OpensOf(policy.architecture)) {
  for (const SyscallRule& rule : portion.syscalls) {
    rules_[rule.number].push_back(&rule);
  }
}

z3::expr PolicyFormula::Constant(uint32_t value) const {
  return context_.bv_val(value, 32);
}

z3::expr PolicyFormula::Leaf(const Verdict& verdict, uint32_t number) const {
  const bool notified =
      options_.allowed || (options_.opens && opens_.contains(number));
  return Constant(SpecifiedReturn(kind_, verdict, notified, false));
}

// The first rule that matches answers, in the order in which they decide.
z3::expr PolicyFormula::ForRules(std::vector<const SyscallRule*> rules,
                                 uint32_t number) const {
  std::ranges::sort(rules, [](const SyscallRule* a, const SyscallRule* b) {
    return Precedes(*a, *b);
  });
  z3::expr answer = ForUnmatched(number);
  for (const SyscallRule* rule : rules | std::views::reverse) {
    const z3::expr matches = ConditionFormula(rule->when, input_);
    const z3::expr said = Leaf({rule->action, rule->rule}, number);
    answer = matches.is_true() ? said : z3::ite(matches, said, answer);
  }
  return answer;
}

z3::expr PolicyFormula::ForNumber(uint32_t number) const {
  const auto rules = rules_.find(number);
  return rules == rules_.end() ? ForUnmatched(number)
                               : ForRules(rules->second, number);
}

// A known number that no rule matches.
z3::expr PolicyFormula::ForUnmatched(uint32_t number) const {
  if (portion_.clone_constrained && clone3_ != nullptr &&
      clone3_->number == number) {
    return Leaf({{ActionKind::kErrno, ENOSYS}, kRuleClone3Fallback}, number);
  }
  return Leaf({portion_.otherwise, kRuleOtherwise}, number);
}

z3::expr PolicyFormula::ForUnknownNumber() const {
  const bool kills = portion_.otherwise.kind >= ActionKind::kKillThread;
  const Action action =
      kills ? portion_.otherwise : Action{ActionKind::kErrno, ENOSYS};
  return Constant(
      SpecifiedReturn(kind_, {action, kRuleUnknownNumber}, false, false));
}

z3::expr PolicyFormula::Between(uint32_t first, uint32_t last) const {
  if (first == last) return input_.number == Constant(first);
  return z3::uge(input_.number, Constant(first)) &&
         z3::ule(input_.number, Constant(last));
}

// `numbers` ascending: runs of neighbours become one range each.
z3::expr PolicyFormula::IsOneOf(const std::vector<uint32_t>& numbers) const {
  z3::expr_vector ranges(context_);
  for (size_t first = 0, i = 0; i < numbers.size(); ++i) {
    if (i + 1 < numbers.size() && numbers[i + 1] == numbers[i] + 1) continue;
    ranges.push_back(Between(numbers[first], numbers[i]));
    first = i + 1;
  }
  return AnyOf(ranges);
}

z3::expr PolicyFormula::IsSentinelCall() const {
  if (kind_ != FilterKind::kNotify || options_.sentinel_number == 0) {
    return context_.bool_val(false);
  }
  return input_.number == Constant(options_.sentinel_number) &&
         input_.arguments[0].extract(31, 0) ==
             Constant(static_cast<uint32_t>(options_.sentinel_argument0));
}

z3::expr PolicyFormula::Returned() const {
  const SyscallTable& table = SyscallTable::For(policy_.architecture);
  // Numbers with the same answer together: Z3 shares equal expressions, so its
  // identifiers tell.
  std::map<unsigned, std::pair<std::optional<z3::expr>, std::vector<uint32_t>>>
      answers;
  for (const Syscall& call : table.all()) {
    const z3::expr answer = ForNumber(call.number);
    auto& [formula, numbers] = answers[answer.id()];
    formula = answer;
    numbers.push_back(call.number);
  }
  z3::expr returned = ForUnknownNumber();
  for (const auto& [id, answer] : answers) {
    returned = z3::ite(IsOneOf(answer.second), *answer.first, returned);
  }
  const auto killed = [&](uint32_t rule) {
    return Constant(SpecifiedReturn(kind_, {{ActionKind::kKillProcess}, rule},
                                    false, false));
  };
  if (policy_.architecture == Architecture::kX8664) {  // x32
    returned = z3::ite(Between(0x40000000, 0x7fffffff), killed(kRuleForeignAbi),
                       returned);
  }
  returned = z3::ite(input_.architecture != Constant(table.audit_arch()),
                     killed(kRuleForeignArchitecture), returned);
  return z3::ite(IsSentinelCall(), Constant(SECCOMP_RET_USER_NOTIF), returned);
}

}  // namespace bailey::policy
