// What a process loads while it runs: modules of the C library's name services
// and character sets by the configuration of this machine, libraries that
// dlopen is called for by a constant name, in their code or in the program's
// sources. They are loaded and searched until nothing more comes.
//
//   RunTimeModules modules(link, std::move(plugins));
//   RETURN_IF_ERROR(modules.Load(used_symbols));
//   modules.reach().ReachFromFunction(…);   // over all that is loaded

#ifndef BAILEY_ANALYZER_REPORT_RUN_TIME_MODULES_H_
#define BAILEY_ANALYZER_REPORT_RUN_TIME_MODULES_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/elf/image_strings.h"
#include "analyzer/elf/library_reach.h"
#include "analyzer/elf/link_map.h"
#include "analyzer/elf/run_time_entries.h"
#include "analyzer/elf/run_time_loads.h"
#include "analyzer/report/loading_functions.h"
#include "common/documents/report.h"
#include "common/result.h"

namespace bailey::analyzer {

class RunTimeModules {
 public:
  // `link` must outlive this; `plugins` are paths, and may be any code that
  // dlopen is called for by a name that is computed.
  RunTimeModules(LinkMap& link, std::vector<std::string> plugins);

  // What a program without a file names to dlopen and dlsym, for Load().
  void FollowProgram(ProgramLoads loads) { program_ = std::move(loads); }
  const ProgramLoads& followed() const { return program_; }

  // `used`: symbols that a program without a file calls or takes addresses of.
  // Fails if a library that exists cannot be analyzed.
  Result<> Load(const std::set<std::string>& used);

  const LibraryReach& reach() const { return *reach_; }
  // Another number whenever reach() is another one.
  int version() const { return version_; }
  // What is entered without a call in the files that leads there, by the file's
  // path or by the name that dlsym got: of declared plugins, and of what the
  // program itself loads. The rest are edges of reach().
  const std::map<std::string, std::set<CodePlace>>& entered() const {
    return entered_;
  }
  // The names that dlsym gets.
  const std::set<std::string>& symbols() const { return symbols_; }
  const std::vector<Modelled>& modelled() const { return modelled_; }
  // Places that load code by names that nobody knows.
  const std::vector<UnresolvedSite>& unresolved() const { return unresolved_; }

 private:
  using Kind = RunTimeLoad::Kind;

  void FindReach();
  std::vector<uint32_t> Roots(const std::set<std::string>& used) const;
  Result<> Follow(const RunTimeLoad& load);
  Result<> FollowLibrary(const RunTimeLoad& load);
  Result<> FollowNameService(const RunTimeLoad& load);
  Result<> FollowCharacterSets(const RunTimeLoad& load);
  Result<> LoadCharacterSets();
  Result<> FollowProgramLoads(const std::vector<RunTimeLoad>& loads);
  void FollowSymbol(const std::string& name);
  void AddUnknown(const RunTimeLoad& load);
  bool MayNeedLocaleSets();
  Result<uint32_t> LoadFile(const std::string& path);
  uint32_t ImageOf(uint32_t node) const;
  void EnterAll(uint32_t image);
  CodePlace LoaderOf(const RunTimeLoad& load) const;
  void LoadBy(const RunTimeLoad& load, uint32_t image);
  void EnterBy(const RunTimeLoad& load, uint32_t image,
               const std::vector<uint32_t>& functions);
  void EnterUnasked(uint32_t image);
  void Enter(const std::string& name, uint32_t image,
             const std::vector<uint32_t>& functions);
  void Summarize();

  LinkMap& link_;
  const std::vector<std::string> plugins_;
  ImageStrings strings_;
  std::unique_ptr<LibraryReach> reach_;
  std::map<std::string, std::set<CodePlace>> entered_;
  RunTimeEntries entries_;
  bool changed_ = false;       // what reach_ was found from
  bool entered_more_ = false;  // entered_
  int version_ = 0;
  std::optional<std::vector<uint32_t>> converters_;  // of character sets
  ProgramLoads program_;
  std::set<std::string> symbols_;
  std::set<std::string> databases_;
  std::map<std::string, Modelled> found_;  // By `what`.
  std::vector<Modelled> modelled_;
  std::vector<UnresolvedSite> unresolved_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_RUN_TIME_MODULES_H_
