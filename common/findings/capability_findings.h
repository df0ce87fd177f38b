// Capabilities as findings, and a whole report for `bailey analyze`.
//
//   for (Finding& finding : CapabilityFindings(kDeniedRule, capability, "p"))
//     finding.message = …;

#ifndef BAILEY_COMMON_FINDINGS_CAPABILITY_FINDINGS_H_
#define BAILEY_COMMON_FINDINGS_CAPABILITY_FINDINGS_H_

#include <string>
#include <string_view>
#include <vector>

#include "common/findings/finding.h"

namespace bailey {

// One a place for a proved capability, else one for all of its places, the
// first being the one on the call path. `scope` goes into the key (a portion);
// level and message are the caller's to set.
std::vector<Finding> CapabilityFindings(std::string_view rule,
                                        const Capability& capability,
                                        std::string_view scope);

std::vector<Finding> UnresolvedFindings(const std::vector<Unresolved>& all);

// Everything that a report says, levels by confidence.
std::vector<Finding> ReportFindings(const Report& report);

// "socket(family=0x2, type=0x1)".
std::string CallText(const Capability& capability);

}  // namespace bailey

#endif  // BAILEY_COMMON_FINDINGS_CAPABILITY_FINDINGS_H_
