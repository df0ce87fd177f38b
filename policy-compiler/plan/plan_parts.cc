#include "policy-compiler/plan/plan_parts.h"

#include <fmt/format.h>

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

std::vector<PlanRule> DescribeRules(const Policy& policy,
                                    const PortionPolicy& portion) {
  std::vector<PlanRule> rules;
  for (const uint32_t index : kBuiltinRules)
    rules.push_back(DescribePlanRule(policy, portion, index));
  for (const RuleInfo& rule : policy.rules)
    rules.push_back(DescribePlanRule(policy, portion, rule.index));
  return rules;
}

}  // namespace

PlanPortion PolicyPart(const Policy& policy, const PortionPolicy& portion) {
  PlanPortion planned;
  planned.name = portion.name;
  planned.trusted = portion.trusted;
  planned.credentials = portion.credentials;
  planned.files = portion.files;
  planned.limits = policy.limits;
  planned.rules = DescribeRules(policy, portion);
  return planned;
}

Result<> RefuseOtherHosts(const Policy& policy) {
  if (policy.architecture == Architecture::kX8664) return {};
  return Fail(fmt::format("the policy is for {}, and programs run on x86_64 "
                          "alone yet",
                          ArchitectureName(policy.architecture)),
              fmt::format("add the target: `target linux x86_64, {};`",
                          ArchitectureName(policy.architecture)));
}

std::vector<std::string> Unenforced(const Policy& policy) {
  std::vector<std::string> gaps;
  if (policy.limits.cpu_percent > 0)
    gaps.push_back(
        fmt::format("limit cpu {} %: only where the launcher can make a cgroup",
                    policy.limits.cpu_percent));
  return gaps;
}

std::vector<AssertionProof> BrokenAssertions(const Policy& policy) {
  std::vector<AssertionProof> proofs =
      ProveAssertions(policy, kAssertionTimeoutMs);
  std::erase_if(proofs,
                [](const AssertionProof& proof) { return proof.proved(); });
  return proofs;
}

Result<> AddFilters(const Policy& policy, const PortionPolicy& portion,
                    const NotifyOptions& options, const ProofOptions& proof,
                    PlanPortion& planned, PlanResult& result) {
  ASSIGN_OR_RETURN(
      std::vector<FilterProof> filters,
      CompileAndProve(policy, portion, options, proof.timeout_ms, proof.tools));
  for (FilterProof& filter : filters) {
    if (!filter.proof.proved())
      result.unproved.push_back(
          {portion.name, filter.filter.kind, std::move(filter.proof)});
    planned.filters.push_back(std::move(filter.filter));
  }
  return {};
}

Result<> AddServingFilter(const Policy& policy, const PortionPolicy& portion,
                          const ProofOptions& proof, PlanPortion& planned,
                          PlanResult& result) {
  for (const PortionPolicy& serving : portion.serving) {
    ASSIGN_OR_RETURN(
        FilterProof filter,
        CompileAndProvePlain(policy, serving, proof.timeout_ms, proof.tools));
    if (!filter.proof.proved())
      result.unproved.push_back(
          {serving.name, filter.filter.kind, std::move(filter.proof)});
    planned.serving = std::move(filter.filter);
  }
  return {};
}

}  // namespace bailey::policy
