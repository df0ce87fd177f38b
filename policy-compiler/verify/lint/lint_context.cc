#include "policy-compiler/verify/lint/lint_context.h"

#include <fmt/format.h>

#include <utility>

#include "common/check.h"
#include "common/findings/rules.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/policy_formula.h"
#include "policy-compiler/verify/solver.h"

namespace bailey::policy {
namespace {

// A rule may name hundreds of calls; its place is what a reader needs.
constexpr size_t kMaxRuleBytes = 120;

FindingLevel LevelOf(std::string_view id) {
  for (const FindingRule& rule : LintRules())
    if (rule.id == id) return rule.level;
  CHECK(false && "every kind of finding is in LintRules");
}

}  // namespace

std::string RuleWithPlace(const RuleInfo& rule) {
  std::string text = rule.text.substr(0, kMaxRuleBytes);
  if (text.size() < rule.text.size()) text += "...";
  if (rule.file.empty()) return fmt::format("`{}`", text);
  return fmt::format("`{}` ({}:{})", text, rule.file, rule.line);
}

const RuleInfo& InfoOf(const Policy& policy, const SyscallRule& rule) {
  const size_t index = rule.rule - kFirstUserRule;
  CHECK(index < policy.rules.size());
  return policy.rules[index];
}

LintContext::LintContext(const std::vector<const Policy*>& targets,
                         const LintOptions& options)
    : targets_(targets), options_(options), input_(context_) {
  for (const Policy* policy : targets_) {
    for (const PortionPolicy& portion : policy->portions) {
      AddNumbers(*policy, portion);
      for (const PortionPolicy& serving : portion.serving)
        AddNumbers(*policy, serving);
    }
  }
}

void LintContext::AddNumbers(const Policy& policy,
                             const PortionPolicy& portion) {
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  std::set<uint32_t> named;
  for (const SyscallRule& rule : portion.syscalls) named.insert(rule.number);
  for (const uint32_t number : named) {
    NumberFacts facts{&policy,
                      &portion,
                      table.FindByNumber(number),
                      RulesOf(portion, number),
                      {},
                      UnmatchedAction(policy.architecture, portion, number)};
    CHECK(facts.call != nullptr);
    for (const SyscallRule* rule : facts.rules)
      facts.match.push_back(ConditionFormula(rule->when, input_));
    numbers_.push_back(std::move(facts));
  }
}

LintAnswer LintContext::Ask(const z3::expr& formula, const std::string& what,
                            SeccompData* data) {
  const z3::expr simple = formula.simplify();
  if (simple.is_false()) return LintAnswer::kNo;
  if (simple.is_true()) return LintAnswer::kYes;
  z3::solver solver = SolverFor(context_, simple, options_.timeout_ms);
  const LintAnswer answer = Check(solver, what);
  if (answer == LintAnswer::kYes && data != nullptr)
    data->arguments = input_.In(solver.get_model()).arguments;
  return answer;
}

LintAnswer LintContext::AskFor(const z3::expr& formula, const std::string& what,
                               SeccompData& data, const z3::expr& unknown,
                               uint64_t& value) {
  z3::solver solver = SolverFor(context_, formula, options_.timeout_ms);
  const LintAnswer answer = Check(solver, what);
  if (answer != LintAnswer::kYes) return answer;
  const z3::model model = solver.get_model();
  data.arguments = input_.In(model).arguments;
  value = model.eval(unknown, true).get_numeral_uint64();
  return answer;
}

LintAnswer LintContext::Check(z3::solver& solver, const std::string& what) {
  const z3::check_result found = solver.check();
  if (found == z3::unsat) return LintAnswer::kNo;
  if (found == z3::sat) return LintAnswer::kYes;
  result_.doubts.push_back({what, solver.reason_unknown()});
  return LintAnswer::kUnknown;
}

z3::expr LintContext::Allowed(const Policy& policy,
                              const PortionPolicy& portion, uint32_t number,
                              const Input& input) const {
  return AllowedBy(DecidersOf(policy.architecture, portion, number, input),
                   input);
}

LintWitness LintContext::Witness(const Policy& policy,
                                 const PortionPolicy& portion,
                                 const SeccompData& data) {
  const Verdict verdict = Evaluate(policy.architecture, portion, data);
  return {data, verdict.action,
          RuleWithPlace(DescribeRule(policy, portion, verdict.rule))};
}

bool LintContext::IsOwn(const Policy& policy, const RuleInfo& rule) const {
  return !policy.source.empty() && rule.file == policy.source;
}

void LintContext::Report(std::string_view id, const RuleInfo& rule,
                         std::string subject, LintFinding finding) {
  std::string key =
      fmt::format("{}|{}|{}|{}", id, rule.file, rule.text, subject);
  if (!reported_.insert(fmt::format("{}|{}", key, rule.line)).second) return;
  Finding& found = finding.finding;
  found.rule = id;
  found.subject = std::move(subject);
  // A search may say less than the kind's usual level, never more.
  if (found.level != FindingLevel::kNote) found.level = LevelOf(id);
  found.sites = {{rule.file, rule.line, rule.column, ""}};
  found.key = std::move(key);
  result_.findings.push_back(std::move(finding));
}

}  // namespace bailey::policy
