// A trace of strace as a policy that permits what was seen.
//
//   ASSIGN_OR_RETURN(ImportedPolicy imported, ImportStrace({trace}, {}));
//
// A trace shows what one run did, and proves nothing about another: the policy
// says so in its first line, and so do the differences. Lines that are no
// strace's are errors with their positions; there is no text then.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_STRACE_IMPORT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_STRACE_IMPORT_H_

#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "common/result.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/imported_policy.h"

namespace bailey::policy {

// An argument with more values than this, or with one that strace did not name,
// gets no condition.
inline constexpr size_t kMaxTracedValues = 16;

struct StraceImportOptions {
  std::string name = "imported";  // the policy's
  Architecture architecture = Architecture::kX8664;
  // Conditions on arguments whose values strace writes by name.
  bool argument_constants = false;
};

// The files of one trace: one, or those of -ff.
Result<ImportedPolicy> ImportStrace(const std::vector<SourceText>& files,
                                    const StraceImportOptions& options);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_STRACE_IMPORT_H_
