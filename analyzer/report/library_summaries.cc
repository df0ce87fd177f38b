#include "analyzer/report/library_summaries.h"

#include <map>
#include <optional>
#include <utility>

#include "analyzer/elf/link_map.h"

namespace bailey::analyzer {
namespace {

class ElfSummaries : public LibrarySummaries {
 public:
  explicit ElfSummaries(LinkMap link) : link_(std::move(link)), reach_(link_) {}

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

 private:
  std::optional<SymbolReach> Ask(const std::string& symbol) const {
    auto reach = reach_.ReachFrom(symbol);
    if (!reach.ok()) return std::nullopt;
    return std::move(reach).value();
  }

  // INVARIANT: never moved, since reach_ points to link_; held by unique_ptr.
  const LinkMap link_;
  const LibraryReach reach_;
  std::map<std::string, std::optional<SymbolReach>> known_;
};

}  // namespace

Result<std::unique_ptr<LibrarySummaries>> LoadLibraries(
    const LibraryFiles& files) {
  LinkRequest request;
  request.libraries = files.libraries;
  request.search_directories = files.search_directories;
  ASSIGN_OR_RETURN(LinkMap link, LinkMap::Create(request));
  return std::unique_ptr<LibrarySummaries>(
      std::make_unique<ElfSummaries>(std::move(link)));
}

}  // namespace bailey::analyzer
