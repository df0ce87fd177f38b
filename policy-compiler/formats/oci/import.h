// An OCI or Docker seccomp profile as a policy, with every way in which the
// policy differs from what runc and libseccomp make of the profile.
//
//   ASSIGN_OR_RETURN(ImportedPolicy imported,
//                    ImportOciProfile(text, "docker.json", {}));
//   std::cout << imported.text;
//   for (const std::string& difference : imported.differences) ...
//
// Where the language cannot say what the profile says, the policy is stricter.
// What runc and libseccomp do is read from their sources (runc 1.2, libseccomp
// 2.5): libcontainer/seccomp/{seccomp_linux.go,patchbpf/enosys_linux.go}, db.c.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_OCI_IMPORT_H_
#define BAILEY_POLICY_COMPILER_FORMATS_OCI_IMPORT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/imported_policy.h"
#include "policy-compiler/formats/oci/profile.h"

namespace bailey::policy {

// What a container of Docker has unless it is told otherwise.
std::vector<std::string> DockerCapabilities();

struct OciImportOptions {
  std::string name = "imported";  // the policy's
  // Compare all 64 bits of every argument, as the profile means it.
  bool full_widths = false;
  // The policy's targets; none: those that the profile names, x86_64 where it
  // names neither.
  std::vector<Architecture> architectures = {};
  // For `includes` and `excludes`: the container's bounding set, and its
  // kernel; none: newer than any that is asked for.
  std::vector<std::string> capabilities = DockerCapabilities();
  std::optional<KernelVersion> kernel;
};

Result<ImportedPolicy> ImportOciProfile(std::string_view text,
                                        std::string_view name,
                                        const OciImportOptions& options);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_OCI_IMPORT_H_
