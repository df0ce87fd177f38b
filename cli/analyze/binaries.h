// Binaries on the command line of `bailey analyze`: which operands are some,
// and what becomes of several.
//
//   ASSIGN_OR_RETURN(const bool binary, NamesBinaries(operands));
//   if (binary && operands.size() > 1) return AnalyzeBinaries(request);

#ifndef BAILEY_CLI_ANALYZE_BINARIES_H_
#define BAILEY_CLI_ANALYZE_BINARIES_H_

#include <string>
#include <vector>

#include "analyzer/report/analyze.h"
#include "common/result.h"

namespace bailey::cli {

// Whether the operands are programs to be analyzed without sources: ELF files,
// and what else is neither called like a source nor a folder. Fails for a
// mixture.
Result<bool> NamesBinaries(const std::vector<std::string>& operands);

struct BinariesRequest {
  analyzer::AnalyzeOptions analysis;  // `sources` are the binaries
  std::string report_directory;       // NAME.report.json each; or empty
  std::string format;                 // json: one array of all reports
  bool require_complete = false;
};

// One after the other. A binary that cannot be analyzed is an error that is
// printed, and the others are gone on with; then the exit code is kExitError.
Result<int> AnalyzeBinaries(const BinariesRequest& request,
                            const analyzer::Progress& progress);

}  // namespace bailey::cli

#endif  // BAILEY_CLI_ANALYZE_BINARIES_H_
