// What every exporter yields: a portion's policy in another tool's format, and
// what that format cannot say.
//
//   ASSIGN_OR_RETURN(ExportedPolicy exported, ExportOci(policy, portion));
//   if (!exported.losses.empty() && !lossy) Refuse(exported.losses);
//
// With losses the text is stricter than the policy: what the format cannot say
// is denied, never allowed.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_EXPORTED_POLICY_H_
#define BAILEY_POLICY_COMPILER_FORMATS_EXPORTED_POLICY_H_

#include <string>
#include <vector>

namespace bailey::policy {

struct ExportLoss {
  std::string rule;    // as the author wrote it; `widths full`, `x32`, ...
  std::string reason;  // what the format has no word for
};

struct ExportedPolicy {
  std::string text;
  std::vector<ExportLoss> losses;
  // What the format's tools do otherwise without letting more through.
  std::vector<std::string> notes = {};
};

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_EXPORTED_POLICY_H_
