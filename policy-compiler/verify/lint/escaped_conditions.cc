// Conditions that a caller slips past by setting bits that the kernel does not
// use, or further flags (language/escapes.h): shown with both calls, the one
// that is denied and the one that does the same and is let through. Where
// another rule closes the gap nothing is found.

#include <fmt/format.h>

#include "common/findings/rules.h"
#include "policy-compiler/language/escapes.h"
#include "policy-compiler/verify/lint/lint_context.h"
#include "policy-compiler/verify/policy_formula.h"

namespace bailey::policy {
namespace {

class EscapeLinter {
 public:
  explicit EscapeLinter(LintContext& lint) : lint_(lint) {}

  void Run() {
    for (const NumberFacts& facts : lint_.numbers())
      for (const SyscallRule* rule : facts.rules) Look(facts, *rule);
  }

 private:
  void Look(const NumberFacts& facts, const SyscallRule& rule) {
    const RuleInfo& info = InfoOf(*facts.policy, rule);
    if (info.is_builtin || info.file.empty()) return;
    const bool denies = !LetsThrough(rule.action);
    for (const Escape& escape : FindEscapes(
             rule.when, facts.policy->architecture, *facts.call, denies))
      Show(facts, rule, info, escape);
  }

  // x is denied and y let through; y is x with more bits of one argument.
  // Of a denial x is a call that it matches, of an allow y is.
  void Show(const NumberFacts& facts, const SyscallRule& rule,
            const RuleInfo& info, const Escape& escape) {
    const auto index = static_cast<size_t>(escape.argument);
    z3::context& context = lint_.context();
    const z3::expr more = context.bv_const("more", 64);
    const z3::expr before = lint_.input().arguments[index];
    Input other = lint_.input();
    other.arguments[index] = before | more;
    const auto bits = [&](uint64_t value) { return context.bv_val(value, 64); };
    const z3::expr free = more != bits(0) && (more & before) == bits(0) &&
                          (more & bits(~escape.free_bits)) == bits(0);
    const bool denies = !LetsThrough(rule.action);
    const z3::expr matched =
        ConditionFormula(rule.when, denies ? lint_.input() : other);
    const z3::expr x_allowed = AllowedHere(facts, lint_.input());
    const z3::expr y_allowed = AllowedHere(facts, other);
    const z3::expr formula = free && matched && !x_allowed && y_allowed;
    const z3::expr one_bit = (more & (more - bits(1))) == bits(0);
    const std::string what = "an escape from " + RuleWithPlace(info);
    SeccompData x = CallOf(facts.policy->architecture, facts.call->number);
    SeccompData y = x;
    uint64_t added = 0;
    // One bit more makes the better example.
    const bool found =
        lint_.AskFor(formula && one_bit, what, x, more, added) ==
            LintAnswer::kYes ||
        lint_.AskFor(formula, what, x, more, added) == LintAnswer::kYes;
    if (!found) return;
    y.arguments = x.arguments;
    y.arguments[index] |= added;
    Tell(facts, info, escape, denies, x, y);
  }

  z3::expr AllowedHere(const NumberFacts& facts, const Input& input) const {
    return lint_.Allowed(*facts.policy, *facts.portion, facts.call->number,
                         input);
  }

  void Tell(const NumberFacts& facts, const RuleInfo& info,
            const Escape& escape, bool denies, const SeccompData& x,
            const SeccompData& y) {
    const auto index = static_cast<size_t>(escape.argument);
    const std::string name =
        index < facts.call->arguments.size()
            ? std::string(facts.call->arguments[index].name)
            : fmt::format("argument{}", escape.argument);
    LintFinding finding;
    finding.architecture = facts.policy->architecture;
    finding.portion = facts.portion->name;
    finding.finding.message = fmt::format(
        "a caller {} by setting other bits of `{}` of `{}`: {}",
        denies ? "escapes this denial" : "meets this condition", name,
        facts.call->name,
        escape.are_flags ? "it is a word of flags, compared as a whole"
                         : "the kernel does not use them");
    finding.witnesses = {
        LintContext::Witness(*facts.policy, *facts.portion, x),
        LintContext::Witness(*facts.policy, *facts.portion, y)};
    lint_.Report(kEscapedConditionRule, info,
                 std::string(facts.call->name) + "." + name,
                 std::move(finding));
  }

  LintContext& lint_;
};

}  // namespace

void FindEscapedConditions(LintContext& lint) { EscapeLinter(lint).Run(); }

}  // namespace bailey::policy
