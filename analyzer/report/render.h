// A report as text for people.
//
//   std::cout << RenderReportText(report);

#ifndef BAILEY_ANALYZER_REPORT_RENDER_H_
#define BAILEY_ANALYZER_REPORT_RENDER_H_

#include <string>

#include "common/documents/report.h"

namespace bailey::analyzer {

// Capabilities by confidence, each with its call sites and a shortest path;
// then what was not resolved. Ends with a line of counts.
std::string RenderReportText(const Report& report);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_RENDER_H_
