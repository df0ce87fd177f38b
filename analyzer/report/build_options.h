// Options of a build that put code into a program, or choose what runs, in ways
// that its sources do not show: a profiler's, a sanitizer's, a linker's.
//
//   for (const std::string& reason : HiddenByOptions(selection)) …

#ifndef BAILEY_ANALYZER_REPORT_BUILD_OPTIONS_H_
#define BAILEY_ANALYZER_REPORT_BUILD_OPTIONS_H_

#include <string>
#include <vector>

#include "analyzer/flow/selection.h"

namespace bailey::analyzer {

// A sentence for each such option, ordered, without duplicates. Of the linker's
// own options every one that is not known to be harmless is named: it accepts
// abbreviations, so the harmful ones cannot be listed.
std::vector<std::string> HiddenByOptions(const ProgramSelection& selection);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_BUILD_OPTIONS_H_
