// A portion's system call policy as an OCI seccomp profile.
//
//   ASSIGN_OR_RETURN(ExportedPolicy exported, ExportOci(policy, portion));
//
// No two entries of a call with different actions meet, so that the profile
// means the same whichever of them its reader looks at first (libseccomp gives
// no order). Comparisons of fewer than 64 bits, signed ones and `or` become
// lists of SCMP_CMP_MASKED_EQ, which are exact in 64 bits. What needs more
// entries than kMaxOciEntries for one call is a loss.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_OCI_EXPORT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_OCI_EXPORT_H_

#include "common/result.h"
#include "policy-compiler/formats/exported_policy.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

inline constexpr size_t kMaxOciEntries = 512;

Result<ExportedPolicy> ExportOci(const Policy& policy,
                                 const PortionPolicy& portion);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_OCI_EXPORT_H_
