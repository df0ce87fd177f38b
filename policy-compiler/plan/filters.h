// A portion's three filters, compiled and proved.
//
//   ASSIGN_OR_RETURN(std::vector<FilterProof> filters,
//                    CompileAndProve(policy, portion, kProofTimeoutMs));
//   if (!AllProved(filters)) ...  // no filter leaves this process
//
// Before that, the policy itself is asked whether two of its rules answer one
// call with different errnos; where they do there is nothing to compile.

#ifndef BAILEY_POLICY_COMPILER_PLAN_FILTERS_H_
#define BAILEY_POLICY_COMPILER_PLAN_FILTERS_H_

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "common/documents/plan.h"
#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::policy {

inline constexpr FilterKind kAllFilterKinds[] = {
    FilterKind::kNotify, FilterKind::kPlain, FilterKind::kRuleIndex};

inline constexpr uint32_t kProofTimeoutMs = 60'000;

// How the notify filter differs from the plain one for a portion under our
// agent: an untrusted portion's opens are seen, and the sentinel always is.
// The agent runs on x86_64; for another target it says what an agent there
// would need, so that such a policy is proved whole.
NotifyOptions AgentNotifyOptions(
    const PortionPolicy& portion,
    Architecture architecture = Architecture::kX8664);

struct FilterProof {
  PlanFilter filter;  // names a solver only if it is proved
  ProofResult proof;
};

// Who makes filters and who proves them. Nothing but tests gives others than
// these: a compiler that lies, a solver that gives up.
struct FilterTools {
  std::function<Result<BpfProgram>(const Policy&, const PortionPolicy&,
                                   FilterKind, const NotifyOptions&)>
      compile = [](const Policy& policy, const PortionPolicy& portion,
                   FilterKind kind, const NotifyOptions& options) {
        return CompileFilter(policy, portion, kind, options);
      };
  std::function<ProofResult(const Policy&, const PortionPolicy&, FilterKind,
                            const NotifyOptions&, std::span<const sock_filter>,
                            uint32_t timeout_ms)>
      prove = ProveFilter;
};

bool AllProved(const std::vector<FilterProof>& filters);

// The same policy with the rules of the runtime's own calls, which every filter
// of a portion that we build contains.
Policy WithRuntimeRules(Policy policy);

// One entry a kind, in the order of kAllFilterKinds. An error: no filter can be
// made, because two rules answer one call with different errnos (the message
// has a witness), or because they need too many instructions. What the solver
// could not decide is an unproved filter, not an error. `tools` may be called
// from several threads.
Result<std::vector<FilterProof>> CompileAndProve(const Policy& policy,
                                                 const PortionPolicy& portion,
                                                 uint32_t timeout_ms,
                                                 const FilterTools& tools = {});
Result<std::vector<FilterProof>> CompileAndProve(const Policy& policy,
                                                 const PortionPolicy& portion,
                                                 const NotifyOptions& options,
                                                 uint32_t timeout_ms,
                                                 const FilterTools& tools = {});

// The same for one filter by itself, outside our agent: nothing is notified.
Result<FilterProof> CompileAndProvePlain(const Policy& policy,
                                         const PortionPolicy& portion,
                                         uint32_t timeout_ms,
                                         const FilterTools& tools = {});

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_PLAN_FILTERS_H_
