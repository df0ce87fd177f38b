// The plan: policy, placement, filters and proofs put together.
//
//   ASSIGN_OR_RETURN(PlanResult result, BuildPlan(policy, text, flow,
//   diagnostics)); if (result.usable()) Write(result.plan);

#ifndef BAILEY_POLICY_COMPILER_PLAN_PLAN_BUILDER_H_
#define BAILEY_POLICY_COMPILER_PLAN_PLAN_BUILDER_H_

#include <span>
#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "common/documents/report.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/plan/filters.h"
#include "policy-compiler/verify/assertion.h"

namespace bailey::policy {

// A filter without a proof: the plan must not be used.
struct UnprovedFilter {
  std::string portion;
  FilterKind kind = FilterKind::kNotify;
  ProofResult proof;
};

// How long each proof may take, and by whom.
struct ProofOptions {
  uint32_t timeout_ms = kProofTimeoutMs;  // 0 means no limit
  FilterTools tools;
};

struct PlanResult {
  Plan plan;
  std::vector<UnprovedFilter> unproved;
  // The policy's assertions that do not hold, or may not. Then there are no
  // filters in the plan.
  std::vector<AssertionProof> refused;

  bool usable() const { return unproved.empty() && refused.empty(); }
};

// Everything but the portions' programs. `policy` is as it was loaded, without
// the runtime's rules, from `text`. Where the program cannot be split as the
// policy says, `diagnostics` has the reasons and the result is an error.
// `capabilities` are the report's (place_program.h).
Result<PlanResult> BuildPlan(const Policy& policy, const SourceText& text,
                             const Flow& flow, Diagnostics& diagnostics,
                             const ProofOptions& proof = {},
                             std::span<const Capability> capabilities = {});

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_PLAN_PLAN_BUILDER_H_
