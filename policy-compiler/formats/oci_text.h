// The text of an imported policy.
//
//   imported.text = OciPolicyText(rules, "docker.json", "docker");

#ifndef BAILEY_POLICY_COMPILER_FORMATS_OCI_TEXT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_OCI_TEXT_H_

#include <string>
#include <string_view>

#include "policy-compiler/formats/oci_rules.h"

namespace bailey::policy {

// `source` is the profile's name, for a comment; `name` the policy's.
std::string OciPolicyText(const OciRules& rules, std::string_view source,
                          const std::string& name);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_OCI_TEXT_H_
