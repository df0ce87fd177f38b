// bailey policy prove --filter: a raw filter that somebody made, or a stack of
// them, against a policy.

#ifndef BAILEY_CLI_POLICY_PROVE_FILTERS_H_
#define BAILEY_CLI_POLICY_PROVE_FILTERS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cli/policy/commands.h"
#include "common/json.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::cli {

struct ProveFiltersRequest {
  std::vector<std::string> files;  // in the order in which they are installed
  std::string portion;             // empty: the only one
  std::string architecture;        // empty: the policy's first
  std::string format;              // text or json
  uint32_t timeout_ms = 0;         // 0: no limit
};

// Prints the verdict; the exit code is 0 proved, 1 refuted, 3 unknown.
Result<int> ProveFilterFiles(const LoadedPolicy& loaded,
                             const ProveFiltersRequest& request);

// "proved", "counterexample", "unknown".
std::string_view VerdictName(const policy::ProofResult& proof);

// A witness as documents have it: the call by name, what the policy says and by
// which rule, and what the filter returns.
Json CounterexampleJson(const policy::Policy& policy,
                        const policy::PortionPolicy& portion, FilterKind kind,
                        const policy::Counterexample& found);
// The same for people: four lines.
std::string CounterexampleText(const policy::Policy& policy,
                               const policy::PortionPolicy& portion,
                               FilterKind kind,
                               const policy::Counterexample& found);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_PROVE_FILTERS_H_
