// The plan of a program as it is: one portion of a policy around a binary that
// nobody built for us; or of several such programs, a portion each.
//
//   ASSIGN_OR_RETURN(PlanResult result,
//                    BuildProgramPlan(policy, loader, {.program = "/bin/jq"}));
//   if (result.usable()) ... WritePlan(result.plan) ...
//
// Its filters hold the rules of "runtime/loader" beside the policy's.

#ifndef BAILEY_POLICY_COMPILER_PLAN_PROGRAM_PLAN_H_
#define BAILEY_POLICY_COMPILER_PLAN_PROGRAM_PLAN_H_

#include <map>
#include <string>

#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/plan/plan_builder.h"

namespace bailey::policy {

struct ProgramPlanOptions {
  std::string portion;  // empty: the only one
  std::string program;  // where it will be, inside: absolute
  std::string tool;
  // Notify every call, allowed ones too, for `run --learn`: slow.
  bool observe = false;
};

// `loader` is the library "runtime/loader", loaded. An error where the policy
// has several portions and none is named, or where there is no filter to make.
Result<PlanResult> BuildProgramPlan(const Policy& policy, const Policy& loader,
                                    const ProgramPlanOptions& options,
                                    const ProofOptions& proof = {});

// All portions of a policy in which each is a program (program_words.h).
// `programs`: by portion, where it will be, inside: absolute.
Result<PlanResult> BuildProgramsPlan(
    const Policy& policy, const Policy& loader, const std::string& tool,
    const std::map<std::string, std::string>& programs,
    const ProofOptions& proof = {});

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_PLAN_PROGRAM_PLAN_H_
