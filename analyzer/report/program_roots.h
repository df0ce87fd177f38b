// Where a program is entered, by whom, and what its calls through pointers
// lead to from there.
//
//   ResolveCalls(program, *libraries, opaque_inputs);
//   Reachability reach(program, EntriesOf(program),
//                      CalledBack(program, *libraries));

#ifndef BAILEY_ANALYZER_REPORT_PROGRAM_ROOTS_H_
#define BAILEY_ANALYZER_REPORT_PROGRAM_ROOTS_H_

#include <set>
#include <string>
#include <vector>

#include "analyzer/flow/program.h"
#include "analyzer/report/library_summaries.h"

namespace bailey::analyzer {

// main, then constructors and destructors in order of their ids.
std::vector<std::string> EntriesOf(const Program& program);

// Functions of the program by whose names libraries call, or a compiler that
// thinks it knows the library's (`puts` in printf's place), and what starts or
// ends a program.
std::set<std::string> CalledBack(const Program& program,
                                 LibrarySummaries& libraries);

// Whether all that anybody asks dlsym for is known, by what was followed so far
// (LibrarySummaries::Follow).
bool AsksByKnownNames(const Program& program,
                      const LibrarySummaries& libraries);

// Where points-to analysis starts from.
CallRoots RootsOf(const Program& program, LibrarySummaries& libraries,
                  const std::vector<std::string>& opaque_inputs);

// Fills `program.targets`. Calls of which all targets were found are no longer
// unresolved; all that were found are among `program.calls`.
void ResolveCalls(Program& program, LibrarySummaries& libraries,
                  const std::vector<std::string>& opaque_inputs);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_PROGRAM_ROOTS_H_
