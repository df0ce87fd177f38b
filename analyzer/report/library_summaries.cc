#include "analyzer/report/library_summaries.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "analyzer/elf/link_map.h"

namespace bailey::analyzer {
namespace {

class ElfSummaries : public LibrarySummaries {
 public:
  ElfSummaries(LinkMap link, std::vector<std::string> plugins)
      : link_(std::move(link)), reach_(link_), plugins_(std::move(plugins)) {}

  const SymbolReach* Reach(const std::string& symbol) override {
    auto found = known_.find(symbol);
    if (found == known_.end())
      found = known_.emplace(symbol, Ask(symbol)).first;
    return found->second ? &*found->second : nullptr;
  }

  SymbolReach Startup() override { return reach_.StartupReach(); }

  bool IsData(const std::string& symbol) const override {
    return link_.IsData(symbol);
  }

  std::set<std::string> CalledSymbols() const override {
    std::set<std::string> names;
    const auto add = [&](const std::vector<std::string>& imports) {
      for (const std::string& import : imports)
        names.insert(import.substr(0, import.find('@')));
    };
    for (const ElfImage& image : link_.images()) {
      add(image.data_address_taken_imports());
      for (const MachineFunction& function : image.functions()) {
        add(function.imports);
        add(function.takes_address_of_imports);
      }
    }
    return names;
  }

  std::vector<std::string> Files() const override {
    std::vector<std::string> files;
    for (const ElfImage& image : link_.images()) files.push_back(image.path());
    return files;
  }

  std::map<std::string, SymbolReach> Plugins() override {
    std::map<std::string, SymbolReach> reaches;
    for (uint32_t i = 0; i < link_.images().size(); ++i)
      if (const std::string& path = link_.images()[i].path();
          std::ranges::find(plugins_, path) != plugins_.end())
        reaches[path] = reach_.ReachFromImage(i);
    return reaches;
  }

 private:
  std::optional<SymbolReach> Ask(const std::string& symbol) const {
    auto reach = reach_.ReachFrom(symbol);
    if (!reach.ok()) return std::nullopt;
    return std::move(reach).value();
  }

  // INVARIANT: never moved, since reach_ points to link_; held by unique_ptr.
  const LinkMap link_;
  const LibraryReach reach_;
  const std::vector<std::string> plugins_;
  std::map<std::string, std::optional<SymbolReach>> known_;
};

}  // namespace

Result<std::unique_ptr<LibrarySummaries>> LoadLibraries(
    const LibraryFiles& files, std::set<std::string> program_symbols) {
  LinkRequest request;
  request.executable = files.executable;
  request.libraries = files.libraries;
  request.libraries.insert(request.libraries.end(), files.plugins.begin(),
                           files.plugins.end());
  request.defined_elsewhere = std::move(program_symbols);
  request.search_directories = files.search_directories;
  ASSIGN_OR_RETURN(LinkMap link, LinkMap::Create(request));
  return std::unique_ptr<LibrarySummaries>(
      std::make_unique<ElfSummaries>(std::move(link), files.plugins));
}

}  // namespace bailey::analyzer
