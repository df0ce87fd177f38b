// The formats that `bailey policy import` reads: a table of importers, all of
// them called alike.
//
//   {"oci", "seccomp profiles of OCI runtimes, Docker and Podman", ImportOci},
//
// A new format is a function here and a line in import.cc's table.

#ifndef BAILEY_CLI_POLICY_IMPORT_H_
#define BAILEY_CLI_POLICY_IMPORT_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/diagnostics.h"
#include "common/result.h"
#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/imported_policy.h"
#include "policy-compiler/formats/oci/import.h"

namespace bailey::cli {

// What every importer is given; each takes what its format has a use for.
struct ImportRequest {
  std::string name;               // the policy's
  std::vector<SourceText> files;  // at least one, in the command line's order
  bool full_widths = false;       // compare all 64 bits of every argument
  std::vector<Architecture> architectures;  // empty: what the profile says
  // For containers' profiles (oci) and units (systemd).
  std::vector<std::string> capabilities = policy::DockerCapabilities();
  std::optional<policy::KernelVersion> kernel;  // none: a new one
  // What of the arguments in a trace becomes conditions (strace).
  bool argument_constants = false;
  std::string frequencies;      // the path of a frequency file (minijail)
  std::string reader = "auto";  // which of minijail's readers a file is for
};

// A text with errors in its diagnostics is not used: they are printed.
using Importer = Result<policy::ImportedPolicy> (*)(const ImportRequest&);

// In import_ordered.cc.
Result<policy::ImportedPolicy> ImportKafelPolicy(const ImportRequest& request);
Result<policy::ImportedPolicy> ImportMinijailPolicy(
    const ImportRequest& request);

struct ImportFormat {
  std::string_view name;
  std::string_view what;
  Importer run;
  bool several_files = false;
};

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_IMPORT_H_
