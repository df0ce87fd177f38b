// What a process loads while it runs: modules of the C library's name services
// and character sets by the configuration of this machine, libraries that
// dlopen is called for by a constant name. They are loaded and searched until
// nothing more comes.
//
//   RunTimeModules modules(link, std::move(plugins));
//   RETURN_IF_ERROR(modules.Load(used_symbols));
//   modules.reach().ReachFromFunction(…);   // over all that is loaded

#ifndef BAILEY_ANALYZER_REPORT_RUN_TIME_MODULES_H_
#define BAILEY_ANALYZER_REPORT_RUN_TIME_MODULES_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analyzer/elf/image_strings.h"
#include "analyzer/elf/library_reach.h"
#include "analyzer/elf/link_map.h"
#include "analyzer/elf/run_time_loads.h"
#include "common/documents/report.h"
#include "common/result.h"

namespace bailey::analyzer {

// A function of a loaded file.
struct LoadedFunction {
  uint32_t image = 0;
  uint32_t function = 0;
  auto operator<=>(const LoadedFunction&) const = default;
};

class RunTimeModules {
 public:
  // `link` must outlive this; `plugins` are paths, and may be any code that
  // dlopen is called for by a name that is computed.
  RunTimeModules(LinkMap& link, std::vector<std::string> plugins);

  // `used`: symbols that a program without a file calls or takes addresses of.
  // Fails if a library that exists cannot be analyzed.
  Result<> Load(const std::set<std::string>& used);

  const LibraryReach& reach() const { return *reach_; }
  // What is entered because it was loaded, by the file's path or by the name
  // that dlsym got.
  const std::map<std::string, std::set<LoadedFunction>>& entered() const {
    return entered_;
  }
  const std::vector<Modelled>& modelled() const { return modelled_; }
  // Places that load code by names that nobody knows.
  const std::vector<UnresolvedSite>& unresolved() const { return unresolved_; }

 private:
  using Kind = RunTimeLoad::Kind;

  std::vector<uint32_t> Roots(const std::set<std::string>& used) const;
  Result<> Follow(const RunTimeLoad& load);
  Result<> FollowLibrary(const RunTimeLoad& load);
  Result<> FollowNameService(const RunTimeLoad& load);
  Result<> FollowCharacterSets(const RunTimeLoad& load);
  void FollowSymbol(const RunTimeLoad& load);
  void AddUnknown(const RunTimeLoad& load);
  bool MayNeedLocaleSets();
  Result<uint32_t> LoadFile(const std::string& path);
  uint32_t ImageOf(uint32_t node) const;
  void EnterAll(uint32_t image);
  void Enter(const std::string& name, uint32_t image,
             const std::vector<uint32_t>& functions);
  void Summarize();

  LinkMap& link_;
  const std::vector<std::string> plugins_;
  ImageStrings strings_;
  std::unique_ptr<LibraryReach> reach_;
  std::map<std::string, std::set<LoadedFunction>> entered_;
  bool changed_ = false;
  std::set<std::string> databases_;
  std::map<std::string, Modelled> found_;  // By `what`.
  std::vector<Modelled> modelled_;
  std::vector<UnresolvedSite> unresolved_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_REPORT_RUN_TIME_MODULES_H_
