// Which shared libraries a link command links with.
//
//   ASSIGN_OR_RETURN(LibraryFiles files, FindLibraries(selection));

#ifndef BAILEY_ANALYZER_REPORT_LIBRARY_FILES_H_
#define BAILEY_ANALYZER_REPORT_LIBRARY_FILES_H_

#include <string>
#include <vector>

#include "analyzer/flow/selection.h"
#include "common/result.h"

namespace bailey::analyzer {

struct LibraryFiles {
  std::string executable;              // a program without sources; else empty
  std::vector<std::string> libraries;  // as in DT_NEEDED, or absolute paths
  std::vector<std::string> search_directories;  // of -rpath
  std::vector<std::string> archives;  // linked statically: code not analyzed
  std::vector<std::string> plugins;   // what the program loads by dlopen
  // The user said what the program loads by a computed name: some of the build,
  // `plugins`, or nothing.
  bool plugins_are_declared = false;
};

// Looks for -lNAME as the linker does, linker scripts included, and adds what
// the driver links by itself. Fails if a library is not found, and for -static.
// Without a link command: the C library, and C++'s where a unit is C++.
Result<LibraryFiles> FindLibraries(const ProgramSelection& selection);

// The files that any of the patterns of glob(7) names, sorted. Fails for a
// pattern that names none.
Result<std::vector<std::string>> FindPlugins(
    const std::vector<std::string>& patterns);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_LIBRARY_FILES_H_
