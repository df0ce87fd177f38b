// The report of a program: what it can do by itself, and through libraries.
//
//   Report report = BuildReport(program, *libraries, selection.opaque_inputs);

#ifndef BAILEY_ANALYZER_REPORT_REPORT_BUILDER_H_
#define BAILEY_ANALYZER_REPORT_REPORT_BUILDER_H_

#include <string>
#include <vector>

#include "analyzer/flow/program.h"
#include "analyzer/report/credentials.h"
#include "analyzer/report/library_summaries.h"
#include "common/documents/report.h"

namespace bailey::analyzer {

// Fills all but `tool` and `inputs`. Fails if there is no main. Where there are
// credentials to follow, `ways` gets the ways that they take.
Result<Report> BuildReport(const Program& program, LibrarySummaries& libraries,
                           const std::vector<std::string>& opaque_inputs,
                           const CredentialRequest& credentials = {},
                           CredentialWays* ways = nullptr);

// The same of a program without sources, which `libraries` holds: whatever its
// code, from its entry on, can reach.
Report BuildBinaryReport(const std::string& path, LibrarySummaries& libraries);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_REPORT_BUILDER_H_
