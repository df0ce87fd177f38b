#include "policy-compiler/plan/program_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "policy-compiler/language/loader_rules.h"
#include "policy-compiler/language/program_words.h"
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

// What a plan says before its portions.
Plan HeadOf(const Policy& policy, const std::string& tool) {
  Plan plan;
  plan.tool = tool;
  plan.policy = policy.name;
  plan.policy_sha256 = policy.sha256;
  plan.architecture = ArchitectureName(policy.architecture);
  plan.unenforced = Unenforced(policy);
  return plan;
}

Result<> AddPortion(const Policy& policy, const PortionPolicy& portion,
                    PlanPortion planned, bool observe,
                    const ProofOptions& proof, PlanResult& result) {
  if (!portion.serving.empty())
    result.plan.unenforced.push_back(
        "serving: a program as it is does not say when it serves");
  planned.unmodified = true;
  NotifyOptions notify = AgentNotifyOptions(portion);
  notify.allowed = observe;
  RETURN_IF_ERROR(AddFilters(policy, portion, notify, proof, planned, result));
  result.plan.portions.push_back(std::move(planned));
  return {};
}

// A socket's directory is the run's own: a rule would show the host's there.
Result<> RefuseSharedDirectories(const Plan& plan) {
  for (const PlanSocket& socket : plan.sockets) {
    const std::string directory = socket.path.substr(0, socket.path.rfind('/'));
    for (const PlanPortion& portion : plan.portions)
      for (const PlanFileRule& rule : portion.files)
        if (IsAtOrBelow(rule.path, directory) || RuleCovers(rule, directory))
          return Fail(
              fmt::format("a file rule of portion `{}` shows `{}` of the host, "
                          "and `{}` is a socket in a directory of the run's "
                          "own",
                          portion.name, rule.path, socket.path),
              "let the socket lie where no file rule reaches");
  }
  return {};
}

void AddSockets(const PortionPolicy& portion, Plan& plan) {
  for (const ServedSocket& socket : portion.sockets)
    plan.sockets.push_back({socket.path, portion.name, socket.clients});
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
  result.plan = HeadOf(policy, options.tool);
  result.plan.credentials = CredentialsOf(policy, *portion);
  PlanPortion planned = PolicyPart(policy, *portion);
  planned.holds_main = true;
  planned.program = options.program;
  RETURN_IF_ERROR(AddPortion(policy, *portion, std::move(planned),
                             options.observe, proof, result));
  return result;
}

Result<PlanResult> BuildProgramsPlan(
    const Policy& written, const Policy& loader, const std::string& tool,
    const std::map<std::string, std::string>& programs,
    const ProofOptions& proof) {
  RETURN_IF_ERROR(RefuseOtherHosts(written));
  Policy policy = written;
  AddLoaderRules(loader, policy);
  PlanResult result;
  result.refused = BrokenAssertions(policy);
  if (!result.refused.empty()) return result;
  result.plan = HeadOf(policy, tool);
  result.plan.credentials = policy.credentials;
  const PortionPolicy* const main = MainProgram(policy);
  for (const PortionPolicy& portion : policy.portions) {
    const auto program = programs.find(portion.name);
    if (!portion.program || program == programs.end())
      return Fail(fmt::format("portion `{}` has no program", portion.name));
    PlanPortion planned = PolicyPart(policy, portion);
    planned.holds_main = &portion == main;
    planned.program = program->second;
    planned.arguments = portion.program->arguments;
    RETURN_IF_ERROR(
        AddPortion(policy, portion, std::move(planned), false, proof, result));
    AddSockets(portion, result.plan);
  }
  RETURN_IF_ERROR(RefuseSharedDirectories(result.plan));
  return result;
}

}  // namespace bailey::policy
