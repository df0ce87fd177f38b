// The formats that `bailey policy export` writes: a table of exporters, all of
// them called alike.
//
//   {"oci", "a seccomp profile for OCI runtimes", policy::ExportOci},
//
// A new format is a function and a line in export.cc's table.

#ifndef BAILEY_CLI_POLICY_EXPORT_H_
#define BAILEY_CLI_POLICY_EXPORT_H_

#include <string>
#include <string_view>

#include "common/result.h"
#include "policy-compiler/formats/exported_policy.h"
#include "policy-compiler/language/policy.h"

namespace bailey::cli {

using Exporter = Result<policy::ExportedPolicy> (*)(
    const policy::Policy&, const policy::PortionPolicy&);

struct ExportFormat {
  std::string_view name;
  std::string_view what;
  Exporter run;
};

struct ExportOptions {
  std::string policy;
  std::string portion;
  std::string architecture;  // empty: the policy's first
  std::string to;
  std::string output;  // empty: standard output
  bool lossy = false;
};

// The exit code. What the format cannot say is refused, unless `lossy`: then
// the text is stricter, and each loss is on standard error.
Result<int> ExportPolicy(const ExportOptions& options);

// The portion's filter, compiled and proved, as a C header; an unproved one is
// an error. In export_c.cc.
Result<policy::ExportedPolicy> ExportCHeader(
    const policy::Policy& policy, const policy::PortionPolicy& portion);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_POLICY_EXPORT_H_
