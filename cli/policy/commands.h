// The verbs of bailey-policy, one file a command, and how they load a policy.

#ifndef BAILEY_CLI_POLICY_COMMANDS_H_
#define BAILEY_CLI_POLICY_COMMANDS_H_

#include <optional>
#include <string>

#include "cli/command.h"
#include "common/diagnostics.h"
#include "policy-compiler/language/policy.h"

namespace bailey::cli {

int RunPolicyCheck(int argc, char** argv);
int RunPolicyCompile(int argc, char** argv);
int RunPolicyEval(int argc, char** argv);
int RunPolicyPlan(int argc, char** argv);
int RunPolicyProve(int argc, char** argv);

inline constexpr Command kPolicyCommands[] = {
    {"eval", "what a policy answers to one system call", RunPolicyEval},
    {"compile", "a policy's filter, proved, in several forms",
     RunPolicyCompile},
    {"prove", "prove that the filters are the policy", RunPolicyProve},
    {"check", "a report against a policy (as `bailey check` runs it)",
     RunPolicyCheck},
    {"plan", "a plan from policy and flow (as `bailey build` runs it)",
     RunPolicyPlan},
};

// The policy of a file, or nothing: then its diagnostics were printed, all of
// them. Warnings are printed either way.
struct LoadedPolicy {
  SourceText text;
  policy::Policy policy;
};
std::optional<LoadedPolicy> LoadPolicyFile(const std::string& path);

// The portion of that name, or the only one; an error lists the names.
Result<const policy::PortionPolicy*> SelectPortion(const policy::Policy& policy,
                                                   const std::string& name);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_COMMANDS_H_
