#include "policy-compiler/plan/plan_builder.h"

#include <fmt/format.h>

#include "policy-compiler/language/action.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/language/program_words.h"
#include "policy-compiler/plan/plan_parts.h"
#include "policy-compiler/split/place_program.h"

namespace bailey::policy {
namespace {

// The portions wait for each other with futex: where the author denies that,
// they would never answer.
Result<> RefuseDeniedFutex(const Policy& policy, const PortionPolicy& portion) {
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

// A portion that cannot install its second filter ends there.
Result<> RefuseDeniedSwitch(const Policy& policy,
                            const PortionPolicy& portion) {
  const std::string arguments[] = {"SECCOMP_SET_MODE_FILTER",
                                   "SECCOMP_FILTER_FLAG_TSYNC"};
  ASSIGN_OR_RETURN(const SeccompData call,
                   ParseInvocation(policy.architecture, "seccomp", arguments));
  const Verdict verdict = Evaluate(policy.architecture, portion, call);
  if (!IsDenial(verdict.action)) return {};
  const RuleInfo rule = DescribeRule(policy, portion, verdict.rule);
  return Fail(
      fmt::format("{}:{}: `{}` denies seccomp, by which portion `{}` installs "
                  "the filter for serving",
                  rule.file, rule.line, rule.text, portion.name),
      "let the rule's condition leave it out");
}

Result<> RefuseDeniedRuntime(const Policy& policy,
                             const PortionPolicy& portion) {
  RETURN_IF_ERROR(RefuseDeniedFutex(policy, portion));
  for (const PortionPolicy& serving : portion.serving) {
    RETURN_IF_ERROR(RefuseDeniedFutex(policy, serving));
    RETURN_IF_ERROR(RefuseDeniedSwitch(policy, portion));
  }
  return {};
}

}  // namespace

Result<PlanResult> BuildPlan(const Policy& written, const SourceText& text,
                             const Flow& flow, Diagnostics& diagnostics,
                             const ProofOptions& proof,
                             std::span<const Capability> capabilities) {
  RETURN_IF_ERROR(RefuseOtherHosts(written));
  if (HasPrograms(written))
    return Fail("the policy's portions are programs as they are",
                "nothing is split: `bailey build` makes a bundle of them");
  const Policy policy = WithRuntimeRules(written);
  PlanResult result;
  result.refused = BrokenAssertions(policy);
  Plan& plan = result.plan;
  plan.tool = flow.tool;
  plan.policy = policy.name;
  plan.policy_sha256 = policy.sha256;
  plan.architecture = ArchitectureName(policy.architecture);
  plan.credentials = policy.credentials;
  plan.unenforced = Unenforced(policy);
  for (const PortionPolicy& portion : policy.portions)
    plan.portions.push_back(PolicyPart(policy, portion));
  ASSIGN_OR_RETURN(Placement placement,
                   PlaceProgram(policy, text, flow, diagnostics, capabilities));
  ApplyPlacement(std::move(placement), plan);
  if (!result.refused.empty()) return result;
  for (size_t i = 0; i < policy.portions.size(); ++i) {
    const PortionPolicy& portion = policy.portions[i];
    RETURN_IF_ERROR(RefuseDeniedRuntime(policy, portion));
    RETURN_IF_ERROR(AddFilters(policy, portion, AgentNotifyOptions(portion),
                               proof, plan.portions[i], result));
    RETURN_IF_ERROR(
        AddServingFilter(policy, portion, proof, plan.portions[i], result));
  }
  return result;
}

}  // namespace bailey::policy
