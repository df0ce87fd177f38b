// What a program's calls of library functions can do.
//
//   ASSIGN_OR_RETURN(auto libraries, LoadLibraries(files));
//   const SymbolReach* reach = libraries->Reach("fopen");

#ifndef BAILEY_ANALYZER_REPORT_LIBRARY_SUMMARIES_H_
#define BAILEY_ANALYZER_REPORT_LIBRARY_SUMMARIES_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analyzer/elf/library_reach.h"
#include "analyzer/report/library_files.h"
#include "common/result.h"

namespace bailey::analyzer {

// A function of a library that nobody read.
struct UnreadFunction {
  std::string reason;
  // What its name lets one expect: numbers of system calls. It may make others.
  std::vector<uint32_t> assumed;
};

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
  // Whether a library may call the program's function of that name.
  virtual bool MayCallBack(const std::string& symbol) {
    return Reach(symbol) != nullptr;
  }
  // Of a symbol for which Reach() is null: nothing where libraries were read.
  virtual std::optional<UnreadFunction> Unread(const std::string&) {
    return std::nullopt;
  }
  // What each plugin can do, by the path of its file.
  virtual std::map<std::string, SymbolReach> Plugins() { return {}; }
};

// Loads and disassembles the libraries and plugins, and what they need
// themselves. `program_symbols`: what the program defines, which they may call.
Result<std::unique_ptr<LibrarySummaries>> LoadLibraries(
    const LibraryFiles& files, std::set<std::string> program_symbols = {});

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_LIBRARY_SUMMARIES_H_
