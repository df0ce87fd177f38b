#include "policy-compiler/plan/plan_builder.h"

#include <fmt/format.h>

#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/split/place_program.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kBuiltinRules[] = {kRuleOtherwise, kRuleForeignArchitecture,
                                      kRuleForeignAbi, kRuleUnknownNumber,
                                      kRuleClone3Fallback};

PlanRule DescribePlanRule(const Policy& policy, const PortionPolicy& portion,
                          uint32_t index) {
  const RuleInfo rule = DescribeRule(policy, portion, index);
  return {index, rule.text, rule.file, rule.line};
}

// Every rule that the rule-index filter of this portion can return.
std::vector<PlanRule> DescribeRules(const Policy& policy,
                                    const PortionPolicy& portion) {
  std::vector<PlanRule> rules;
  for (const uint32_t index : kBuiltinRules)
    rules.push_back(DescribePlanRule(policy, portion, index));
  for (const RuleInfo& rule : policy.rules)
    rules.push_back(DescribePlanRule(policy, portion, rule.index));
  return rules;
}

PlanPortion StartPortion(const Policy& policy, const PortionPolicy& portion) {
  PlanPortion planned;
  planned.name = portion.name;
  planned.trusted = portion.trusted;
  planned.credentials = portion.credentials;
  planned.files = portion.files;
  planned.limits = policy.limits;
  planned.rules = DescribeRules(policy, portion);
  return planned;
}

// What a plan cannot enforce is named in it, never dropped.
std::vector<std::string> Unenforced(const Policy& policy) {
  std::vector<std::string> gaps;
  if (policy.limits.cpu_percent > 0)
    gaps.push_back(fmt::format(
        "limit cpu {} %: needs a cgroup, which this version does not make",
        policy.limits.cpu_percent));
  return gaps;
}

// The portions wait for each other with futex: where the author denies that,
// they would never answer.
Result<> RefuseDeniedRuntime(const Policy& policy,
                             const PortionPolicy& portion) {
  for (const char* operation : {"FUTEX_WAIT", "FUTEX_WAKE"}) {
    const std::string arguments[] = {"0", operation};
    ASSIGN_OR_RETURN(const SeccompData call,
                     ParseInvocation(policy.architecture, "futex", arguments));
    const Verdict verdict = Evaluate(policy.architecture, portion, call);
    if (verdict.action.kind == ActionKind::kAllow) continue;
    const RuleInfo rule = DescribeRule(policy, portion, verdict.rule);
    return Fail(
        fmt::format("{}:{}: `{}` denies futex with {}, by which portion "
                    "`{}` talks to the others",
                    rule.file, rule.line, rule.text, operation, portion.name),
        "let the rule's condition leave it out");
  }
  return {};
}

Result<> AddFilters(const Policy& policy, const PortionPolicy& portion,
                    PlanPortion& planned, PlanResult& result) {
  RETURN_IF_ERROR(RefuseDeniedRuntime(policy, portion));
  ASSIGN_OR_RETURN(std::vector<FilterProof> filters,
                   CompileAndProve(policy, portion, kProofTimeoutMs));
  for (FilterProof& filter : filters) {
    if (!filter.proof.proved())
      result.unproved.push_back(
          {portion.name, filter.filter.kind, std::move(filter.proof)});
    planned.filters.push_back(std::move(filter.filter));
  }
  return {};
}

}  // namespace

Result<PlanResult> BuildPlan(const Policy& written, const SourceText& text,
                             const Flow& flow, Diagnostics& diagnostics) {
  const Policy policy = WithRuntimeRules(written);
  PlanResult result;
  Plan& plan = result.plan;
  plan.tool = flow.tool;
  plan.policy = policy.name;
  plan.policy_sha256 = policy.sha256;
  plan.architecture = ArchitectureName(policy.architecture);
  plan.credentials = policy.credentials;
  plan.unenforced = Unenforced(policy);
  for (const PortionPolicy& portion : policy.portions)
    plan.portions.push_back(StartPortion(policy, portion));
  ASSIGN_OR_RETURN(Placement placement,
                   PlaceProgram(policy, text, flow, diagnostics));
  ApplyPlacement(std::move(placement), plan);
  for (size_t i = 0; i < policy.portions.size(); ++i)
    RETURN_IF_ERROR(
        AddFilters(policy, policy.portions[i], plan.portions[i], result));
  return result;
}

}  // namespace bailey::policy
