// The analysis of one program, from its compilation database to its report and
// flow graph. No type of LLVM or Clang shows here.
//
//   AnalyzeOptions options;
//   options.build_directory = "build";
//   ASSIGN_OR_RETURN(Analysis analysis, Analyze(options));
//   if (analysis.diagnostics.has_errors()) return Show(analysis.diagnostics);
//   std::cout << RenderReportText(analysis.report);

#ifndef BAILEY_ANALYZER_REPORT_ANALYZE_H_
#define BAILEY_ANALYZER_REPORT_ANALYZE_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "analyzer/report/credentials.h"
#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/documents/report.h"
#include "common/result.h"

namespace bailey::analyzer {

struct AnalyzeOptions {
  std::string build_directory = ".";  // holds compile_commands.json
  // Relative to the current directory. With several programs in the build they
  // choose the one that they all go into; it is analyzed whole.
  std::vector<std::string> sources;
  std::string program;  // name or path of its file, if there are several
  // Patterns of the shared objects that the program loads by dlopen, relative
  // to the current directory: analyzed as if it were linked with them.
  std::vector<std::string> plugins;
  bool no_plugins = false;  // it loads none
  // Ids and sites name files relative to it. Empty: the build directory if all
  // sources are below it, else the deepest folder that holds them all.
  std::string root;
  std::string tool = "bailey";    // goes into the documents
  CredentialRequest credentials;  // to follow
  // Whether facts of earlier runs are used and kept (CacheStore::OpenDefault).
  bool cache = false;
};

struct Analysis {
  Report report;
  Flow flow;
  // Errors of the sources, all of them: then report and flow are empty. Else
  // warnings about how the analysis had to adapt.
  Diagnostics diagnostics;
  size_t cached_units = 0;  // that were not parsed
};

// Told what is being done ("parsing main.c"), at most from one thread at a
// time.
using Progress = std::function<void(std::string_view)>;

// True if the file is ELF, and so not a source but something to analyze itself.
bool IsBinary(const std::string& path);

// The report of a program of which there is only the binary: `options.sources`
// names it. There is no flow graph.
Result<Analysis> AnalyzeBinary(const AnalyzeOptions& options,
                               const Progress& progress = {});

// Errors: no or a bad compilation database, no such program or source, several
// programs and none chosen, a library that is not found.
Result<Analysis> Analyze(const AnalyzeOptions& options,
                         const Progress& progress = {});

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_ANALYZE_H_
