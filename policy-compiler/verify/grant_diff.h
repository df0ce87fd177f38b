// How two policies differ in what is not a system call: file rules, plugins,
// limits, credentials, trust. No solver is needed.
//
//   DiffFiles(old_portion, new_portion, differences);
//   DiffLimits(old_policy.limits, new_policy.limits, differences);

#ifndef BAILEY_POLICY_COMPILER_VERIFY_GRANT_DIFF_H_
#define BAILEY_POLICY_COMPILER_VERIFY_GRANT_DIFF_H_

#include <vector>

#include "policy-compiler/language/policy.h"
#include "policy-compiler/verify/policy_diff.h"

namespace bailey::policy {

using GrantDifferences = std::vector<GrantDifference>;

// Whether one of the rules grants all that `wanted` does, for each of its
// rights: a hierarchy is covered by a hierarchy at or above it, a file by these
// and by its own name. On the names as written; symbolic links are not
// followed.
bool FilesCover(const std::vector<PlanFileRule>& rules,
                const PlanFileRule& wanted);

// What one portion's file rules grant and the other's do not.
void DiffFiles(const PortionPolicy& old_portion,
               const PortionPolicy& new_portion, GrantDifferences& differences);

// The files that only one of them lets its program load; by their names, too.
void DiffPlugins(const Policy& old_policy, const Policy& new_policy,
                 GrantDifferences& differences);

// A limit that is not written is no limit.
void DiffLimits(const PlanLimits& old_limits, const PlanLimits& new_limits,
                GrantDifferences& differences);

// Who holds which credential, and whose opens are observed. The single portion
// of a policy that writes none holds nothing.
void DiffHoldings(const Policy& old_policy, const PortionPolicy& old_portion,
                  const Policy& new_policy, const PortionPolicy& new_portion,
                  GrantDifferences& differences);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_GRANT_DIFF_H_
