// The rules that runc would add for a profile's entries, by system call: the
// middle of the import (oci_import.h), between the reader and the text.
//
//   OciRules rules =
//       CollectOciRules(profile, options, Architecture::kX8664, differences);
//   for (const auto& [name, call] : rules.calls) ...

#ifndef BAILEY_POLICY_COMPILER_FORMATS_OCI_RULES_H_
#define BAILEY_POLICY_COMPILER_FORMATS_OCI_RULES_H_

#include <map>
#include <string>
#include <vector>

#include "policy-compiler/formats/oci/import.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

using OciDifferences = std::vector<std::string>;

// One rule on one call; an empty condition always holds.
struct OciRule {
  Action action;
  std::string condition;
  bool operator==(const OciRule&) const = default;
};

struct OciRules {
  Action otherwise;
  std::map<std::string, std::vector<OciRule>> calls;  // by name
  // What the upper bits of an argument decide in the profile alone: "persona of
  // personality".
  std::vector<std::string> narrowed;
  uint32_t largest_number = 0;  // that the profile names
};

// Those for containers of that architecture.
OciRules CollectOciRules(const OciProfile& profile,
                         const OciImportOptions& options,
                         Architecture architecture,
                         OciDifferences& differences);

// What an action of the profile becomes; says where that is not the same.
Action TranslateOciAction(const OciAction& action, const std::string& place,
                          OciDifferences& differences);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_OCI_RULES_H_
