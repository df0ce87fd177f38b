// The text of an imported policy.
//
//   imported.text = OciPolicyText(rules, {.source = "docker.json",
//                                         .name = "docker"});

#ifndef BAILEY_POLICY_COMPILER_FORMATS_OCI_TEXT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_OCI_TEXT_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/oci/rules.h"

namespace bailey::policy {

struct OciTextHead {
  std::string_view source;  // the profile's name, for a comment
  std::string name;         // the policy's
  std::string_view kind = "OCI seccomp profile";  // of the source
  std::vector<Architecture> targets = {Architecture::kX8664};
  bool full_widths = false;
};

std::string OciPolicyText(const OciRules& rules, const OciTextHead& head);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_OCI_TEXT_H_
