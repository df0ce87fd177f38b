// Comparisons without an effect: that hold, or fail, whatever the argument is;
// and tests of a pointer that any address passes.

#include <fmt/format.h>

#include "common/findings/rules.h"
#include "policy-compiler/language/compare_op.h"
#include "policy-compiler/verify/lint/lint_context.h"
#include "policy-compiler/verify/policy_formula.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::policy {
namespace {

std::string ArgumentName(const Syscall& call, int argument) {
  const auto index = static_cast<size_t>(argument);
  if (index < call.arguments.size())
    return std::string(call.arguments[index].name);
  return fmt::format("argument{}", argument);
}

std::string ComparisonText(const Syscall& call, const Comparison& comparison) {
  std::string mask;
  if (comparison.mask != ~uint64_t{0})
    mask = fmt::format(" & {:#x}", comparison.mask);
  return fmt::format("{}{} {} {:#x}", ArgumentName(call, comparison.argument),
                     mask, OperatorText(comparison.op), comparison.value);
}

// `x in {0..5}` is written as one and becomes `x >= 0 and x <= 5`.
bool IsRange(const Condition& condition) {
  if (condition.kind != Condition::Kind::kAll || condition.operands.size() != 2)
    return false;
  const Condition& low = condition.operands[0];
  const Condition& high = condition.operands[1];
  return low.kind == Condition::Kind::kCompare &&
         high.kind == Condition::Kind::kCompare &&
         low.comparison.argument == high.comparison.argument &&
         low.comparison.mask == high.comparison.mask &&
         low.comparison.op == CompareOp::kGreaterEqual &&
         high.comparison.op == CompareOp::kLessEqual;
}

class VainComparisonFinder {
 public:
  explicit VainComparisonFinder(LintContext& lint) : lint_(lint) {}

  void Run() {
    for (const NumberFacts& facts : lint_.numbers()) {
      for (const SyscallRule* rule : facts.rules) {
        const RuleInfo& info = InfoOf(*facts.policy, *rule);
        if (info.is_builtin || info.file.empty()) continue;
        facts_ = &facts;
        info_ = &info;
        denies_ = !LetsThrough(rule->action);
        Visit(rule->when, /*helps=*/true);
      }
    }
  }

 private:
  // `helps`: whether the rule matches more where the condition holds.
  void Visit(const Condition& condition, bool helps) {
    if (condition.kind == Condition::Kind::kCompare) {
      Judge(condition, helps);
      return;
    }
    if (IsRange(condition)) return JudgeWhole(condition, "the range");
    const bool inside =
        condition.kind == Condition::Kind::kNot ? !helps : helps;
    for (const Condition& operand : condition.operands) Visit(operand, inside);
  }

  void Judge(const Condition& condition, bool helps) {
    const Comparison& comparison = condition.comparison;
    JudgeWhole(condition,
               fmt::format("`{}`", ComparisonText(*facts_->call, comparison)));
    if (IsPointer(comparison)) JudgePointer(comparison, helps);
  }

  void JudgeWhole(const Condition& condition, const std::string& what) {
    const z3::expr formula = ConditionFormula(condition, lint_.input());
    const std::string question = what + " of " + RuleWithPlace(*info_);
    const bool always = lint_.Ask(!formula, question) == LintAnswer::kNo;
    const bool never =
        !always && lint_.Ask(formula, question) == LintAnswer::kNo;
    if (!always && !never) return;
    LintFinding finding = Start();
    finding.finding.message = fmt::format(
        "{} {} for `{}`, whatever the argument is", what,
        always ? "always holds" : "never holds", facts_->call->name);
    finding.proof = fmt::format("{}: there is no value for which it {}",
                                SolverName(), always ? "fails" : "holds");
    lint_.Report(kVoidComparisonRule, *info_, std::string(facts_->call->name),
                 std::move(finding));
  }

  bool IsPointer(const Comparison& comparison) const {
    const auto index = static_cast<size_t>(comparison.argument);
    return index < facts_->call->arguments.size() &&
           facts_->call->arguments[index].is_pointer;
  }

  // A test that a caller passes, or escapes, with any address at all.
  void JudgePointer(const Comparison& comparison, bool helps) {
    const bool wants_address = comparison.op == CompareOp::kNotEqual;
    const bool is_passed = wants_address == helps;
    if (is_passed == denies_) return;
    const std::string name = ArgumentName(*facts_->call, comparison.argument);
    LintFinding finding = Start();
    finding.finding.message = fmt::format(
        "`{}` of `{}` is an address: a caller {} with any other, whatever is "
        "there",
        name, facts_->call->name,
        denies_ ? "escapes this denial" : "meets this condition");
    AddPointerWitness(comparison, finding);
    if (!finding.witnesses.empty())
      lint_.Report(kPointerConditionRule, *info_,
                   std::string(facts_->call->name), std::move(finding));
  }

  void AddPointerWitness(const Comparison& comparison, LintFinding& finding) {
    const Policy& policy = *facts_->policy;
    const PortionPolicy& portion = *facts_->portion;
    SeccompData data = CallOf(policy.architecture, facts_->call->number);
    const z3::expr allowed =
        lint_.Allowed(policy, portion, data.number, lint_.input());
    const auto index = static_cast<size_t>(comparison.argument);
    const z3::expr address = lint_.input().arguments[index] != 0;
    if (lint_.Ask(allowed && address, "an address in " + RuleWithPlace(*info_),
                  &data) == LintAnswer::kYes)
      finding.witnesses.push_back(LintContext::Witness(policy, portion, data));
  }

  LintFinding Start() const {
    LintFinding finding;
    finding.architecture = facts_->policy->architecture;
    finding.portion = facts_->portion->name;
    return finding;
  }

  LintContext& lint_;
  const NumberFacts* facts_ = nullptr;
  const RuleInfo* info_ = nullptr;
  bool denies_ = false;
};

}  // namespace

void FindVainComparisons(LintContext& lint) {
  VainComparisonFinder(lint).Run();
}

}  // namespace bailey::policy
