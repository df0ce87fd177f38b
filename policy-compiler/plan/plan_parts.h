// The parts of a plan that come from the policy alone, for the plan of a split
// program (plan_builder.h) and that of a program as it is (program_plan.h).
//
//   plan.portions.push_back(PolicyPart(policy, portion));
//   RETURN_IF_ERROR(AddFilters(policy, portion, notify, proof, planned,
//                              result));

#ifndef BAILEY_POLICY_COMPILER_PLAN_PLAN_PARTS_H_
#define BAILEY_POLICY_COMPILER_PLAN_PLAN_PARTS_H_

#include <string>
#include <vector>

#include "common/documents/plan.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/plan/plan_builder.h"

namespace bailey::policy {

// Name, trust, credentials, file rules, limits, and every rule that the
// rule-index filter of this portion can return.
PlanPortion PolicyPart(const Policy& policy, const PortionPolicy& portion);

// Programs run on x86_64 alone yet.
Result<> RefuseOtherHosts(const Policy& policy);

// What a plan cannot enforce is named in it, never dropped.
std::vector<std::string> Unenforced(const Policy& policy);

// The assertions of all portions that are not proved of that policy.
std::vector<AssertionProof> BrokenAssertions(const Policy& policy);

// Compiles and proves; what could not be proved goes to `result.unproved`.
Result<> AddFilters(const Policy& policy, const PortionPolicy& portion,
                    const NotifyOptions& options, const ProofOptions& proof,
                    PlanPortion& planned, PlanResult& result);

// The same for the filter that a portion installs when it begins to serve, if
// the policy has one.
Result<> AddServingFilter(const Policy& policy, const PortionPolicy& portion,
                          const ProofOptions& proof, PlanPortion& planned,
                          PlanResult& result);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_PLAN_PLAN_PARTS_H_
