// Two policies compared: whether the new one is equal, stricter, looser or
// neither, with every difference.
//
//   ASSIGN_OR_RETURN(PolicyDiff diff, DiffPolicies(old_policy, new_policy,
//   {})); return diff.exit_code();  // 0 equal or stricter, 1 not, 3 undecided
//
// Portions are matched by name. A policy that writes none has the single
// portion `main`, which is compared with each of the other's. System calls are
// decided by Z3 (call_diff.h), everything else by grant_diff.h.

#ifndef BAILEY_POLICY_COMPILER_VERIFY_POLICY_DIFF_H_
#define BAILEY_POLICY_COMPILER_VERIFY_POLICY_DIFF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/verify/call_diff.h"
#include "policy-compiler/verify/policy_order.h"

namespace bailey::policy {

struct CallDifference {
  Architecture architecture = Architecture::kX8664;
  std::string portion;
  CallWitness witness;
  RuleInfo old_rule;  // that decides
  RuleInfo new_rule;
};

// What is not a system call: a file rule, a limit, a credential, a portion.
struct GrantDifference {
  std::string portion;  // empty: of the policy
  std::string what;     // `file read "/etc/**"`, `limit memory`
  std::string old_value;
  std::string new_value;
  Relation relation = Relation::kIncomparable;
};

struct UndecidedDifference {
  Architecture architecture = Architecture::kX8664;
  std::string portion;
  std::string syscall;
  std::string reason;
};

struct PolicyDiff {
  std::vector<CallDifference> calls;
  std::vector<GrantDifference> grants;
  std::vector<UndecidedDifference> undecided;
  CallChanges changes;  // of what is permitted, over all portions and targets

  // Of what was found; what is undecided may add to it.
  Relation relation() const;
  // 0: proved equal or stricter; 1: it is not; 3: undecided.
  int exit_code() const;
};

inline constexpr uint32_t kDiffTimeoutMs = 10'000;

struct DiffOptions {
  std::string portion = {};  // only this one; empty: all
  ActionOrder order = ActionOrder::kExact;
  uint32_t timeout_ms = kDiffTimeoutMs;  // for each question to the solver
};

// Fails where the two cannot be compared: other targets, no such portion.
Result<PolicyDiff> DiffPolicies(const Policy& old_policy,
                                const Policy& new_policy,
                                const DiffOptions& options);

// The same of policies with several targets, each target with its like; a
// target of the new policy that the old one lacks is an error. What is not a
// system call is the same for all of them.
using PolicyTargets = std::vector<const Policy*>;
Result<PolicyDiff> DiffTargets(const PolicyTargets& old_targets,
                               const PolicyTargets& new_targets,
                               const DiffOptions& options);

// How differences are shown. At most `max_shown` of them (0: all), what makes
// the new policy looser first; how many more there are is said.
struct DiffView {
  bool ceiling = false;  // speak of a ceiling, and only of what exceeds it
  size_t max_shown = 20;
};
std::string RenderDiffText(const PolicyDiff& diff, const DiffView& view);
std::string RenderDiffJson(const PolicyDiff& diff, const DiffView& view);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_POLICY_DIFF_H_
