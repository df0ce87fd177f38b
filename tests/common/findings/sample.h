// A capability and a report as the tests of findings use them.

#ifndef BAILEY_TESTS_COMMON_FINDINGS_SAMPLE_H_
#define BAILEY_TESTS_COMMON_FINDINGS_SAMPLE_H_

#include <string>
#include <utility>
#include <vector>

#include "common/documents/report.h"

namespace bailey {

inline Capability SocketCall(Confidence confidence,
                             std::vector<SourceSite> sites) {
  Capability capability;
  capability.name = "socket";
  capability.number = 41;
  capability.confidence = confidence;
  capability.sites = std::move(sites);
  capability.path = {"main", "talk", "socket"};
  return capability;
}

inline Report ReportOf(std::vector<Capability> capabilities) {
  Report report;
  report.tool = "bailey 1.2.3";
  report.capabilities = std::move(capabilities);
  return report;
}

}  // namespace bailey

#endif  // BAILEY_TESTS_COMMON_FINDINGS_SAMPLE_H_
