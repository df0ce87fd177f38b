#include "analyzer/report/library_summaries.h"

#include <sys/syscall.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "analyzer/elf/c_library_facts.h"
#include "analyzer/elf/call_graph.h"
#include "analyzer/elf/link_map.h"
#include "analyzer/elf/stored_code.h"
#include "analyzer/report/run_time_modules.h"
#include "analyzer/switched_off.h"

namespace bailey::analyzer {
namespace {

// glibc links these into each program, from libc_nonshared.a: all they do is
// call the other.
constexpr std::pair<std::string_view, std::string_view> kLinkedIn[] = {
    {"atexit", "__cxa_atexit"},
    {"at_quick_exit", "__cxa_at_quick_exit"},
    {"pthread_atfork", "__register_atfork"},
    {"__pthread_atfork", "__register_atfork"},
    {"__stack_chk_fail_local", "__stack_chk_fail"},
};

class ElfSummaries : public LibrarySummaries {
 public:
  ElfSummaries(LinkMap link, const LibraryFiles& files)
      : link_(std::move(link)),
        modules_(link_, files.plugins),
        declared_plugins_(files.plugins.size()),
        plugins_are_declared_(files.plugins_are_declared ||
                              !files.plugins.empty()) {}

  // To be called once, before the others.
  Result<> LoadRunTimeModules(const std::set<std::string>& used) {
    used_ = used;
    return modules_.Load(used);
  }

  Result<> Follow(const ProgramLoads& loads) override {
    called_.reset();
    plugins_.reset();
    const int version = modules_.version();
    modules_.FollowProgram(loads);
    RETURN_IF_ERROR(modules_.Load(used_));
    if (modules_.version() == version) return {};
    known_.clear();
    startup_.reset();
    return {};
  }

  ProgramLoads Followed() const override { return modules_.followed(); }

  const SymbolReach* Reach(const std::string& symbol) override {
    auto found = known_.find(symbol);
    if (found == known_.end())
      found = known_.emplace(symbol, Ask(symbol)).first;
    return found->second ? &*found->second : nullptr;
  }

  SymbolReach Startup() override {
    if (!startup_) startup_ = modules_.reach().StartupReach();
    return *startup_;
  }

  SymbolReach LeftBehind(const std::set<std::string>& before,
                         const std::set<std::string>& after) override {
    const CallGraph& graph = modules_.reach().graph();
    std::vector<uint32_t> ran = modules_.reach().StartupRoots();
    AddNodes(before, ran);
    const std::vector<uint32_t> last = ExitFunctions(graph, link_);
    std::vector<uint32_t> runs = last;
    AddNodes(after, runs);
    for (const auto& [name, functions] : modules_.entered())
      for (const CodePlace& each : functions)
        runs.push_back(graph.NodeOf(each.image, each.function));
    std::vector<uint32_t> nodes =
        CalledLater(graph, StoredFunctions(graph, ran), runs);
    nodes.insert(nodes.end(), last.begin(), last.end());
    SymbolReach reach = modules_.reach().ReachFromNodes(nodes);
    reach.symbol = "(left behind)";
    // The kernel has a call that was stopped go on by it.
    reach.syscalls.push_back({SYS_restart_syscall,
                              ReachConfidence::kOverApproximated,
                              {},
                              {"(kernel)"}});
    return reach;
  }

  std::optional<PhaseReach> Phases() override {
    const std::optional<uint32_t> main = FindMain(link_);
    if (!main) return std::nullopt;
    return ReachByPhase(link_, modules_.reach(), *main);
  }

  bool IsData(const std::string& symbol) const override {
    return link_.IsData(symbol);
  }

  std::set<std::string> CalledSymbols() const override {
    if (!called_) called_ = FindCalledSymbols();
    return *called_;
  }

  bool MayCallBack(const std::string& symbol) override {
    return link_.Resolve(LinkedName(symbol)).has_value();
  }

  std::vector<std::string> Files() const override {
    std::vector<std::string> files;
    for (const ElfImage& image : link_.images()) files.push_back(image.path());
    return files;
  }

  std::map<std::string, SymbolReach> Plugins() override {
    if (!plugins_) plugins_ = FindPluginReaches();
    return *plugins_;
  }

  std::vector<Modelled> ModelledLoads() const override {
    std::vector<Modelled> modelled = modules_.modelled();
    if (IsSwitchedOff("c-library-facts")) return modelled;
    for (const ElfImage& image : link_.images())
      if (HasKnownFacts(image) && !image.debug_file().empty())
        modelled.push_back(
            {"C library",
             {image.debug_file()},
             {image.path()},
             "facts of glibc 2.36: which of its functions only the loader's "
             "start, one call or a lookup has called, and which calls need a "
             "locale, a cancelled thread or RPC first"});
    return modelled;
  }
  std::vector<UnresolvedSite> UnresolvedLoads() const override {
    return modules_.unresolved();
  }
  size_t DeclaredPlugins() const override { return declared_plugins_; }
  bool PluginsAreDeclared() const override { return plugins_are_declared_; }

  // What the loader maps are the files of the link map, and what the places
  // that load at run time ask for: these are followed, or unresolved.
  bool MapsAnalyzedCode(const std::string& image) const override {
    return link_.interpreter() &&
           link_.images()[*link_.interpreter()].path() == image;
  }

 private:
  std::set<std::string> FindCalledSymbols() const {
    std::set<std::string> names;
    const auto add = [&](const std::vector<std::string>& imports) {
      for (const std::string& import : imports)
        names.insert(import.substr(0, import.find('@')));
    };
    for (const ElfImage& image : link_.images()) {
      add(image.data_address_taken_imports());
      add(image.slot_imports());
      for (const MachineFunction& function : image.functions()) {
        add(function.imports);
        add(function.takes_address_of_imports);
      }
    }
    names.insert(modules_.symbols().begin(), modules_.symbols().end());
    return names;
  }

  std::map<std::string, SymbolReach> FindPluginReaches() const {
    std::map<std::string, SymbolReach> reaches;
    for (const auto& [name, functions] : modules_.entered()) {
      std::vector<uint32_t> nodes;
      for (const CodePlace& each : functions)
        nodes.push_back(
            modules_.reach().graph().NodeOf(each.image, each.function));
      reaches[name] = modules_.reach().ReachFromNodes(nodes);
    }
    return reaches;
  }

  void AddNodes(const std::set<std::string>& symbols,
                std::vector<uint32_t>& nodes) const {
    for (const std::string& symbol : symbols)
      for (const SymbolReference& each : link_.ResolveAll(LinkedName(symbol)))
        for (const uint32_t function : each.symbol->functions)
          nodes.push_back(
              modules_.reach().graph().NodeOf(each.image, function));
  }

  std::optional<SymbolReach> Ask(const std::string& symbol) const {
    auto reach = modules_.reach().ReachFrom(LinkedName(symbol));
    if (!reach.ok()) return std::nullopt;
    reach->symbol = symbol;
    return std::move(reach).value();
  }

  // What a library has of that name, else what stands for it.
  std::string_view LinkedName(std::string_view symbol) const {
    if (link_.Resolve(symbol)) return symbol;
    const auto* found = std::ranges::find(
        kLinkedIn, symbol,
        &std::pair<std::string_view, std::string_view>::first);
    return found == std::end(kLinkedIn) ? symbol : found->second;
  }

  // INVARIANT: never moved, since modules_ points to link_; held by unique_ptr.
  LinkMap link_;
  RunTimeModules modules_;
  const size_t declared_plugins_;
  const bool plugins_are_declared_;
  std::set<std::string> used_;
  // Kept until more is loaded.
  mutable std::optional<std::set<std::string>> called_;
  std::optional<SymbolReach> startup_;
  std::optional<std::map<std::string, SymbolReach>> plugins_;
  std::map<std::string, std::optional<SymbolReach>> known_;
};

}  // namespace

Result<std::unique_ptr<LibrarySummaries>> LoadLibraries(
    const LibraryFiles& files, std::set<std::string> program_symbols,
    const std::set<std::string>& used_symbols, const ImageCache* cache) {
  LinkRequest request;
  request.cache = cache;
  request.executable = files.executable;
  request.libraries = files.libraries;
  request.defined_elsewhere = std::move(program_symbols);
  request.search_directories = files.search_directories;
  ASSIGN_OR_RETURN(LinkMap link, LinkMap::Create(request));
  auto summaries = std::make_unique<ElfSummaries>(std::move(link), files);
  RETURN_IF_ERROR(summaries->LoadRunTimeModules(used_symbols));
  return std::unique_ptr<LibrarySummaries>(std::move(summaries));
}

}  // namespace bailey::analyzer
