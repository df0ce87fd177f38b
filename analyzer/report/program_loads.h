// Finds what a program with sources loads while it runs: the texts that its own
// calls of dlopen and dlsym get, followed through the units as all arguments
// are, and which of the build's files they mean.
//
//   ProgramLoads loads = FindProgramLoads(
//       program, LoadScopeOf(program, *libraries, opaque_inputs));
//   std::vector<std::string> files = FilesMeantBy("./auth.so", record);

#ifndef BAILEY_ANALYZER_REPORT_PROGRAM_LOADS_H_
#define BAILEY_ANALYZER_REPORT_PROGRAM_LOADS_H_

#include <set>
#include <string>
#include <vector>

#include "analyzer/capture/build_record.h"
#include "analyzer/flow/program.h"
#include "analyzer/flow/value_propagation.h"
#include "analyzer/report/library_summaries.h"
#include "analyzer/report/loading_functions.h"

namespace bailey::analyzer {

// Whether the program calls one of these functions at all.
bool UsesLoadingFunctions(const Program& program);

// What the answer depends on beside the program: with the same it is the same.
struct LoadScope {
  std::set<std::string> called_back;
  PropagationScope values;

  bool operator==(const LoadScope&) const = default;
};
LoadScope LoadScopeOf(const Program& program, LibrarySummaries& libraries,
                      const std::vector<std::string>& opaque_inputs);

// All names go to `libraries`, whoever made the files. Of calls whose names are
// computed there is nothing: BuildReport() lists them. To be asked before calls
// through pointers are resolved, and again after Follow() until nothing comes:
// what is loaded may call back.
ProgramLoads FindProgramLoads(const Program& program, const LoadScope& scope);

// The shared libraries of the build that a name given to dlopen can mean, by
// the name of the file or by its soname, wherever it will be installed: those
// that are there. Absolute and sorted.
std::vector<std::string> FilesMeantBy(const std::string& name,
                                      const BuildRecord& record);

// What depends on the folder that the process will be in.
bool IsRelativePath(const std::string& name);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_PROGRAM_LOADS_H_
