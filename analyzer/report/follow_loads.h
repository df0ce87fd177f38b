// Loads what a program with sources names to dlopen and dlsym, until nothing
// more comes.
//
//   ASSIGN_OR_RETURN(auto files, FollowLoads(prepared, program, *libraries,
//                                            opaque_inputs));
//   if (!files.empty()) …  // made by the build: to be joined with the program

#ifndef BAILEY_ANALYZER_REPORT_FOLLOW_LOADS_H_
#define BAILEY_ANALYZER_REPORT_FOLLOW_LOADS_H_

#include <set>
#include <string>
#include <vector>

#include "analyzer/flow/program.h"
#include "analyzer/report/library_summaries.h"
#include "analyzer/report/prepare.h"
#include "common/documents/report.h"
#include "common/result.h"

namespace bailey::analyzer {

// Comes back early with files of the build, if their units are not joined yet
// (Prepared::found). To be called before calls through pointers are resolved.
Result<std::set<std::string>> FollowLoads(
    const Prepared& prepared, const Program& program,
    LibrarySummaries& libraries, const std::vector<std::string>& opaque_inputs);

// Adds what was made by the build to what the libraries tell themselves.
void AddModelled(const Prepared& prepared, const LibrarySummaries& libraries,
                 std::vector<Modelled>& modelled);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_FOLLOW_LOADS_H_
