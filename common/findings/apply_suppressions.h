// Applies the suppressions that stand in a program's sources to its findings.
//
//   for (const std::string& note : ApplySuppressions(report, tree, findings))
//     Warn(note);
//
// Only a source that is still what was analyzed counts: in another one the
// lines may have moved. A finding of several places is suppressed when all of
// them are.

#ifndef BAILEY_COMMON_FINDINGS_APPLY_SUPPRESSIONS_H_
#define BAILEY_COMMON_FINDINGS_APPLY_SUPPRESSIONS_H_

#include <string>
#include <vector>

#include "common/findings/finding.h"
#include "common/findings/source_tree.h"

namespace bailey {

// Marks what is suppressed, and adds a finding for each malformed suppression.
// Answers with what could not be honoured, for people.
std::vector<std::string> ApplySuppressions(const Report& report,
                                           const SourceTree& tree,
                                           std::vector<Finding>& findings);

}  // namespace bailey

#endif  // BAILEY_COMMON_FINDINGS_APPLY_SUPPRESSIONS_H_
