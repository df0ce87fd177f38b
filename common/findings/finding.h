// Findings: what `analyze` and `check` tell of a program, one place each, in
// the form that SARIF, suppressions and baselines need.
//
//   std::vector<Finding> findings = ReportFindings(report);
//   MarkKnown(before, findings);
//   std::cout << WriteSarif(findings, AnalyzeRules(), options).text;
//
// Only what is proved is found place by place. What is over-approximated has
// hundreds of places that all say the same, and is one finding.

#ifndef BAILEY_COMMON_FINDINGS_FINDING_H_
#define BAILEY_COMMON_FINDINGS_FINDING_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/documents/report.h"

namespace bailey {

// In the order in which a reader wants them.
enum class FindingLevel { kError, kWarning, kNote };

// A kind of finding. Its id is for ever: suppressions and others' dashboards
// name it.
struct FindingRule {
  std::string_view id;
  std::string_view summary;  // one line
  std::string_view help;     // Markdown: what it means, and what to do
  FindingLevel level = FindingLevel::kWarning;
  // 0 to 10, as GitHub sorts alerts.
  std::string_view security_severity;
};

struct FindingSuppression {
  bool in_source = true;  // else: in the baseline
  std::string reason;
};

struct Finding {
  std::string rule;     // a FindingRule's id
  std::string subject;  // "socket": `bailey-ignore(rule:subject)` names it
  FindingLevel level = FindingLevel::kWarning;
  std::string message;
  // The first one is where it is shown. Empty: before main, or nowhere.
  std::vector<SourceSite> sites;
  std::vector<std::string> path;  // of function ids, from an entry
  // All that tells it from other findings, without lines: the same after code
  // above it has moved.
  std::string key;
  // Of a capability's finding: it, without its sites, and which of the calls in
  // its function this one is, from 1.
  std::optional<Capability> capability;
  int ordinal = 1;
  std::optional<FindingSuppression> suppression;
};

}  // namespace bailey

#endif  // BAILEY_COMMON_FINDINGS_FINDING_H_
