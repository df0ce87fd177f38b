// How the verbs of bailey-policy refuse a policy whose assertions do not hold.
//
//   const int refused = RefuseAssertions(policy);
//   if (refused != kExitFine) return refused;

#ifndef BAILEY_CLI_POLICY_ASSERTIONS_H_
#define BAILEY_CLI_POLICY_ASSERTIONS_H_

#include <vector>

#include "policy-compiler/language/policy.h"
#include "policy-compiler/verify/assertion.h"

namespace bailey::cli {

// Prints those that are not proved to standard error. 0: all are; 1: one does
// not hold; 3: one is unknown, which is refused like it.
int ReportAssertions(const std::vector<policy::AssertionProof>& proofs);

// Proves them of that policy first.
int RefuseAssertions(const policy::Policy& policy);

// The graver of two exit codes: 1 goes before 3, and 3 before 0.
int GraverCode(int one, int other);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_ASSERTIONS_H_
