// The system call rules that systemd makes of a unit's settings, by call: the
// middle of the import (systemd_import.h).
//
//   OciRules rules = SystemdRules(sandbox, Architecture::kX8664,
//                                 OciWidths::kKernel, differences);
//
// systemd installs one filter for each setting, the one of SystemCallFilter=
// last; the kernel takes the strongest answer, of equal ones that of the last.
// What each setting compiles to was read from systemd 252's own library, by
// letting it write its filters out.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_RULES_H_
#define BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_RULES_H_

#include "policy-compiler/formats/oci/condition.h"
#include "policy-compiler/formats/oci/rules.h"
#include "policy-compiler/formats/systemd/sandbox.h"

namespace bailey::policy {

OciRules SystemdRules(const SystemdSandbox& sandbox, Architecture architecture,
                      OciWidths widths, OciDifferences& differences);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_RULES_H_
