// A profile's rules for several architectures as one policy's.
//
//   std::vector<std::string> names = DifferingCalls(x86_64, aarch64);
//   if (names.empty()) rules = MergedRules(x86_64, aarch64);
//
// A policy says the same for all of its targets, but for the calls that one of
// them lacks. A profile need not: `includes` and `excludes` name architectures,
// and an argument's index may be another argument elsewhere.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_OCI_TARGETS_H_
#define BAILEY_POLICY_COMPILER_FORMATS_OCI_TARGETS_H_

#include <string>
#include <vector>

#include "policy-compiler/formats/oci/rules.h"

namespace bailey::policy {

struct OciTarget {
  Architecture architecture = Architecture::kX8664;
  OciRules rules;
  OciDifferences differences;  // from the profile, for this architecture
};

// What the options ask for, or the profile names; x86_64 first.
std::vector<Architecture> OciArchitectures(const OciProfile& profile,
                                           const OciImportOptions& options);

// "SCMP_ARCH_X86_64"
std::string_view OciArchitectureName(Architecture architecture);

// Calls that both architectures have and that have other rules on each.
std::vector<std::string> DifferingCalls(const OciTarget& a, const OciTarget& b);

// Requires that no calls differ. The rules of `a`, and those on calls that only
// `b` has.
OciRules MergedRules(const OciTarget& a, const OciTarget& b);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_OCI_TARGETS_H_
