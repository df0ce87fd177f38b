// A check's result as findings: for SARIF, suppressions and baselines.
//
//   std::vector<Finding> findings = CheckFindings(result, report);
//   ApplySuppressions(report, tree, findings);
//   result = WithoutSuppressed(std::move(result), findings);

#ifndef BAILEY_POLICY_COMPILER_CHECK_FINDINGS_H_
#define BAILEY_POLICY_COMPILER_CHECK_FINDINGS_H_

#include <vector>

#include "policy-compiler/check/check.h"

namespace bailey::policy {

// What keeps the answer from being "allowed", place by place.
std::vector<Finding> CheckFindings(const CheckResult& result,
                                   const Report& report);

// The result of what is left, which decides the exit code; what is suppressed
// is kept aside, and so are malformed suppressions, which count.
CheckResult WithoutSuppressed(CheckResult result,
                              const std::vector<Finding>& findings);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_CHECK_FINDINGS_H_
