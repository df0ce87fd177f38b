// The pre-deployment gate: what the code can do, against what the policy
// permits.
//
//   CheckResult result = Check(policy, report, &plan);
//   return result.exit_code();  // 0, 1 or 3
//
// A capability is held against the portions in which its call sites are placed,
// with the sites that are placed there.
// Where no portion is known to run it (no placement, sites that are placed
// nowhere) it is allowed if all portions allow it, denied if none does, else
// undecided.
//
// Only system calls are held against a policy yet: capabilities of other kinds
// are listed as not checked, and the answer is then not "allowed".

#ifndef BAILEY_POLICY_COMPILER_CHECK_CHECK_H_
#define BAILEY_POLICY_COMPILER_CHECK_CHECK_H_

#include <string>
#include <vector>

#include "common/documents/plan.h"
#include "common/documents/report.h"
#include "common/findings/finding.h"
#include "policy-compiler/check/abstract_call.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct CheckFinding {
  Capability capability;
  std::string portion;
  Certainty allowed = Certainty::kNever;  // kNever or kPerhaps
  RuleInfo rule;                          // that denies
};

struct CheckResult {
  // A proved capability that the policy never allows.
  std::vector<CheckFinding> denied;
  // What is over-approximated or assumed, or allowed for some values only.
  std::vector<CheckFinding> undecided;
  // Of a kind that is not held against a policy yet.
  std::vector<Capability> unchecked;
  size_t allowed_count = 0;
  // Files and endpoints that allowed or other system calls reach: shown by the
  // report, and held against no rule.
  size_t detail_count = 0;
  size_t unresolved_count = 0;  // of the report: what nobody could resolve
  // Taken out of the above, in the source or by a baseline (findings.h).
  std::vector<Finding> suppressed;
  std::vector<Finding> bad_suppressions;

  // 0 fine, 1 a proved capability is denied or a suppression is malformed, 3
  // undecided or not checked.
  int exit_code() const;
};

// `placement` may be null.
CheckResult Check(const Policy& policy, const Report& report,
                  const Plan* placement);

std::string RenderCheckText(const CheckResult& result);
std::string RenderCheckJson(const CheckResult& result);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_CHECK_CHECK_H_
