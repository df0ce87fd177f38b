// The proof of what a policy asserts of itself.
//
//   const std::vector<AssertionProof> proofs =
//       ProveAssertions(policy, kAssertionTimeoutMs);
//   if (AssertionsCode(proofs) != 0) Refuse(proofs);
//
// `never`: no call that a pattern matches is let through (allow or log),
// whatever its other arguments. `always`: every one is. `subset of`: nothing is
// permitted that the ceiling does not permit, as `policy diff --ceiling` has
// it; there the policy counts as it is written, without the rules that Bailey
// adds.
//
// Thread-safe: each call has a solver of its own. No exception leaves.

#ifndef BAILEY_POLICY_COMPILER_VERIFY_ASSERTION_H_
#define BAILEY_POLICY_COMPILER_VERIFY_ASSERTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/json.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::policy {

// A call that breaks the assertion, replayed through policy::Evaluate.
struct AssertionWitness {
  SeccompData data;
  Action action;
  RuleInfo rule;  // that decides
};

// Of one assertion, for one portion and target.
struct AssertionProof {
  Assertion assertion;
  Architecture architecture = Architecture::kX8664;
  std::string portion;
  ProofVerdict verdict = ProofVerdict::kUnknown;
  std::optional<AssertionWitness> witness;
  // kSubset: what exceeds the ceiling, in words; there may be no witness, as
  // for a file rule.
  std::string excess;
  std::string reason;  // kUnknown: why; unknown is not proved
  double seconds = 0;

  bool proved() const { return verdict == ProofVerdict::kProved; }
};

// For each question to the solver.
inline constexpr uint32_t kAssertionTimeoutMs = 10'000;

AssertionProof ProveAssertion(const Policy& policy,
                              const PortionPolicy& portion,
                              const Assertion& assertion, uint32_t timeout_ms);

// The filters of a portion for which an assertion must be proved, so that it
// holds while the portion starts and while it serves.
std::vector<const PortionPolicy*> FiltersOf(const PortionPolicy& portion,
                                            AssertionKind kind);

// All of the policy's, for each portion that they are about.
std::vector<AssertionProof> ProveAssertions(const Policy& policy,
                                            uint32_t timeout_ms);

// An exit code: 0 all proved, 1 one does not hold, 3 one is unknown.
int AssertionsCode(const std::vector<AssertionProof>& proofs);

// A line or more for people, without a newline at the end; and the object of
// docs/schemas/properties.schema.json.
std::string RenderAssertionText(const AssertionProof& proof);
Json AssertionJson(const AssertionProof& proof);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_VERIFY_ASSERTION_H_
