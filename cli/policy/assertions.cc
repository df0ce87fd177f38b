// Refuses a policy whose assertions do not hold, whatever is asked of it.

#include "cli/policy/assertions.h"

#include <fmt/format.h>

#include <cstdio>

#include "cli/command.h"

namespace bailey::cli {

int ReportAssertions(const std::vector<policy::AssertionProof>& proofs) {
  for (const policy::AssertionProof& proof : proofs)
    if (!proof.proved())
      fmt::print(stderr, "{}\n", policy::RenderAssertionText(proof));
  return policy::AssertionsCode(proofs);
}

int RefuseAssertions(const policy::Policy& policy) {
  return ReportAssertions(
      policy::ProveAssertions(policy, policy::kAssertionTimeoutMs));
}

int GraverCode(int one, int other) {
  if (one == kExitNo || other == kExitNo) return kExitNo;
  return one == kExitFine ? other : one;
}

}  // namespace bailey::cli
