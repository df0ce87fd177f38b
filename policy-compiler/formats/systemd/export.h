// A portion's system call policy as a drop-in for a systemd unit.
//
//   ASSIGN_OR_RETURN(ExportedPolicy exported, ExportSystemd(policy, portion));
//
// systemd's lists name calls, each allowed, logged or denied with an error:
// a call with conditions is a loss, denied as a whole; so are traps and killed
// threads, which kill the process instead.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_EXPORT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_EXPORT_H_

#include "common/result.h"
#include "policy-compiler/formats/exported_policy.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

Result<ExportedPolicy> ExportSystemd(const Policy& policy,
                                     const PortionPolicy& portion);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_EXPORT_H_
