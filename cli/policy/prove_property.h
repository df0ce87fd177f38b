// `bailey policy prove --never RULE`, `--always RULE`: properties of a policy
// that its text does not assert.
//
//   if (properties.any()) return ProveProperties(targets, portion, properties);

#ifndef BAILEY_CLI_POLICY_PROVE_PROPERTY_H_
#define BAILEY_CLI_POLICY_PROVE_PROPERTY_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"
#include "policy-compiler/language/policy.h"

namespace bailey::cli {

struct PropertyOptions {
  std::vector<std::string> never;
  std::vector<std::string> always;
  std::string portion;  // empty: every portion
  uint32_t timeout_ms = 0;
  bool json = false;

  bool any() const { return !never.empty() || !always.empty(); }
};

void AddPropertyOptions(CLI::App& app, PropertyOptions& options);

// Prints each with its proof or its witness. 0 all are proved, 1 one does not
// hold, 2 a rule is wrong (which was printed), 3 one is unknown.
Result<int> ProveProperties(const std::vector<const policy::Policy*>& targets,
                            const PropertyOptions& options);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_PROVE_PROPERTY_H_
