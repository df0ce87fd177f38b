#include "policy-compiler/plan/program_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy-compiler/language/loader_rules.h"
#include "policy-compiler/plan/plan_parts.h"

namespace bailey::policy {
namespace {

Result<const PortionPolicy*> Choose(const Policy& policy,
                                    const std::string& name) {
  if (name.empty() && policy.portions.size() == 1)
    return &policy.portions.front();
  if (const PortionPolicy* found = FindPortion(policy, name)) return found;
  std::string names;
  for (const PortionPolicy& portion : policy.portions)
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", portion.name);
  return Fail(name.empty()
                  ? "the policy has several portions, and a program as it is "
                    "runs as one"
                  : fmt::format("there is no portion `{}`", name),
              fmt::format("choose with --portion one of {}", names));
}

// Only what the portion uses: the others' stay on the host.
std::vector<PlanCredential> CredentialsOf(const Policy& policy,
                                          const PortionPolicy& portion) {
  std::vector<PlanCredential> used;
  for (const PlanCredential& credential : policy.credentials) {
    if (std::ranges::find(portion.credentials, credential.name) !=
        portion.credentials.end())
      used.push_back(credential);
  }
  return used;
}

}  // namespace

Result<PlanResult> BuildProgramPlan(const Policy& written, const Policy& loader,
                                    const ProgramPlanOptions& options,
                                    const ProofOptions& proof) {
  RETURN_IF_ERROR(RefuseOtherHosts(written));
  Policy policy = written;
  AddLoaderRules(loader, policy);
  ASSIGN_OR_RETURN(const PortionPolicy* const portion,
                   Choose(policy, options.portion));
  PlanResult result;
  result.refused = BrokenAssertions(policy);
  if (!result.refused.empty()) return result;
  Plan& plan = result.plan;
  plan.tool = options.tool;
  plan.policy = policy.name;
  plan.policy_sha256 = policy.sha256;
  plan.architecture = ArchitectureName(policy.architecture);
  plan.credentials = CredentialsOf(policy, *portion);
  plan.unenforced = Unenforced(policy);
  if (!portion->serving.empty())
    plan.unenforced.push_back(
        "serving: a program as it is does not say when it serves");
  PlanPortion planned = PolicyPart(policy, *portion);
  planned.holds_main = true;
  planned.unmodified = true;
  planned.program = options.program;
  NotifyOptions notify = AgentNotifyOptions(*portion);
  notify.allowed = options.observe;
  RETURN_IF_ERROR(AddFilters(policy, *portion, notify, proof, planned, result));
  plan.portions.push_back(std::move(planned));
  return result;
}

}  // namespace bailey::policy
