// What an analysis starts from: the build's record, the program that was chosen
// in it, its plugins, and the folder that its files are named from.
//
//   ASSIGN_OR_RETURN(Prepared prepared, Prepare(options));
//   prepared.found.insert("/b/auth.so");   // the program loads it by name
//   RETURN_IF_ERROR(Select(options, prepared));

#ifndef BAILEY_ANALYZER_REPORT_PREPARE_H_
#define BAILEY_ANALYZER_REPORT_PREPARE_H_

#include <set>
#include <string>
#include <vector>

#include "analyzer/capture/build_record.h"
#include "analyzer/flow/selection.h"
#include "analyzer/report/analyze.h"
#include "common/result.h"

namespace bailey::analyzer {

struct Prepared {
  BuildRecord record;
  std::vector<std::string> sources;
  std::set<std::string> declared;  // plugins
  std::set<std::string> found;     // files of the build that it loads by name
  ProgramSelection selection;
  std::vector<std::string> plugins;  // declared ones without units
  size_t source_plugins = 0;         // declared ones with units
  std::string root;
};

// Without the trailing slash.
Result<std::string> AbsoluteHere(const std::string& path);

Result<Prepared> Prepare(const AnalyzeOptions& options);
// Again whenever `found` has grown. What the program loads by a name which is
// computed can only be what was declared.
Result<> Select(const AnalyzeOptions& options, Prepared& prepared);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_PREPARE_H_
