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
#include "analyzer/elf/process_phases.h"
#include "analyzer/report/library_files.h"
#include "analyzer/report/loading_functions.h"
#include "common/documents/report.h"
#include "common/result.h"

namespace bailey::analyzer {

class ImageCache;

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
  // What a process may do later, whatever it calls then, because startup or a
  // call of one of `before` left it behind (see elf/stored_code.h); and how it
  // ends. `after`: all that it calls later, or takes addresses of.
  virtual SymbolReach LeftBehind(const std::set<std::string>& /*before*/,
                                 const std::set<std::string>& /*after*/) {
    return {};
  }
  // False: LeftBehind() is not the whole answer.
  virtual bool TellsWhatIsLeftBehind() const { return true; }
  // The same of a program's own file, and what it does from main on; nothing
  // if its main cannot be told.
  virtual std::optional<PhaseReach> Phases() { return std::nullopt; }
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
  // What each loaded module and plugin can do, by the path of its file.
  virtual std::map<std::string, SymbolReach> Plugins() { return {}; }
  // Loads what the program itself names, from now on part of all answers.
  // Fails if a file that exists cannot be analyzed.
  virtual Result<> Follow(const ProgramLoads&) { return {}; }
  // What Follow() was told, if it was followed.
  virtual ProgramLoads Followed() const { return {}; }
  // What was derived from this machine's configuration.
  virtual std::vector<Modelled> ModelledLoads() const { return {}; }
  // Places that load by a name which is computed.
  virtual std::vector<UnresolvedSite> UnresolvedLoads() const { return {}; }
  // Whether code of a file maps code that is analyzed anyway: the loader's.
  virtual bool MapsAnalyzedCode(const std::string&) const { return false; }
  // Of the plugins that the user declared.
  virtual size_t DeclaredPlugins() const { return 0; }
  // Whether the user said what is loaded by computed names, be it nothing: then
  // no other code is.
  virtual bool PluginsAreDeclared() const { return DeclaredPlugins() > 0; }
};

// Loads and disassembles the libraries and plugins, and what they need
// themselves, and what any of it loads while it runs. `program_symbols`: what
// the program defines, which they may call; `used_symbols`: what it calls, or
// takes addresses of, besides. `cache`: of earlier runs, may be null; must
// outlive what comes back.
Result<std::unique_ptr<LibrarySummaries>> LoadLibraries(
    const LibraryFiles& files, std::set<std::string> program_symbols = {},
    const std::set<std::string>& used_symbols = {},
    const ImageCache* cache = nullptr);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_LIBRARY_SUMMARIES_H_
