// What a program's calls of library functions can do.
//
//   ASSIGN_OR_RETURN(auto libraries, LoadLibraries(files));
//   const SymbolReach* reach = libraries->Reach("fopen");

#ifndef BAILEY_ANALYZER_REPORT_LIBRARY_SUMMARIES_H_
#define BAILEY_ANALYZER_REPORT_LIBRARY_SUMMARIES_H_

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "analyzer/elf/library_reach.h"
#include "analyzer/report/library_files.h"
#include "common/result.h"

namespace bailey::analyzer {

// The edge to analyzer/elf, which tests replace by a library of their own.
class LibrarySummaries {
 public:
  virtual ~LibrarySummaries() = default;

  // What a call of `symbol` reaches; null if no library has such a function.
  // Owned by this object.
  virtual const SymbolReach* Reach(const std::string& symbol) = 0;
  // What happens before main and after it.
  virtual SymbolReach Startup() = 0;
  virtual bool IsData(const std::string& symbol) const = 0;
  // Symbols that the libraries call by name: a program that defines one is
  // called back.
  virtual std::set<std::string> CalledSymbols() const = 0;
  virtual std::vector<std::string> Files() const = 0;
};

// Loads and disassembles the libraries, and what they need themselves.
Result<std::unique_ptr<LibrarySummaries>> LoadLibraries(
    const LibraryFiles& files);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_LIBRARY_SUMMARIES_H_
