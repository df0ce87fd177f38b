// A systemd unit's system call filters as a policy.
//
//   ASSIGN_OR_RETURN(ImportedPolicy imported,
//                    ImportSystemdUnit({unit, drop_in}, {}));
//   std::cout << imported.text;
//
// The files are merged in the order given: the unit, then its drop-ins. They
// are read as systemd 252 (Debian 12) compiles them; errors in them are in the
// result's diagnostics, each with its position, and there is no text then.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_IMPORT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_IMPORT_H_

#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "common/result.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/imported_policy.h"

namespace bailey::policy {

struct SystemdImportOptions {
  std::string name = "imported";  // the policy's
  bool full_widths = false;       // compare all 64 bits, as systemd does
  Architecture architecture = Architecture::kX8664;  // the machine's
};

Result<ImportedPolicy> ImportSystemdUnit(const std::vector<SourceText>& files,
                                         const SystemdImportOptions& options);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_SYSTEMD_IMPORT_H_
