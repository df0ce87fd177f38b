// Finds what is loaded at run time by going from the loading functions up their
// callers, until the name is a constant or nobody knows.

#include "analyzer/elf/run_time_loads.h"

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "analyzer/elf/name_service.h"

namespace bailey::analyzer {
namespace {

using Kind = RunTimeLoad::Kind;

// A function to which somebody passes what is asked for, and where.
struct Wanted {
  uint32_t node = 0;
  int parameter = 0;
  bool operator<(const Wanted& other) const {
    return std::tie(node, parameter) < std::tie(other.node, other.parameter);
  }
};

struct Api {
  std::string_view symbol;
  int parameter;
  Kind kind;
};
constexpr Api kApis[] = {{"dlopen", 0, Kind::kLibrary},
                         {"dlmopen", 1, Kind::kLibrary},
                         {"dlsym", 1, Kind::kSymbol},
                         {"dlvsym", 1, Kind::kSymbol}};

// RTLD_NOW, and a bit that only glibc itself sets (__RTLD_DLOPEN).
constexpr MachineValue kOwnMode = {MachineValue::Kind::kConstant, 64, 0, 0,
                                   0x80000002};
constexpr std::string_view kModuleFormat = "libnss_%s.so%s";

class Finder {
 public:
  Finder(const LinkMap& link, const CallGraph& graph,
         const std::vector<uint32_t>& roots, const std::vector<bool>& reached,
         ImageStrings& strings)
      : link_(link),
        graph_(graph),
        roots_(roots.begin(), roots.end()),
        reached_(reached),
        strings_(strings),
        callers_(graph.size()) {
    for (uint32_t node = 0; node < graph.size(); ++node)
      for (const CallEdge& edge : graph.edges(node))
        callers_[edge.target].push_back({node, &edge});
  }

  std::vector<RunTimeLoad> Find() {
    for (const Api& api : kApis)
      for (const uint32_t node : NodesOf(api.symbol))
        FindCalls({node, api.parameter}, api.kind, std::string(api.symbol));
    for (const uint32_t node : OwnLoaders()) FindLibcLoads(node);
    return Finish();
  }

 private:
  struct Caller {
    uint32_t node;
    const CallEdge* edge;
  };

  std::set<uint32_t> NodesOf(std::string_view symbol) const {
    std::set<uint32_t> nodes;
    for (uint32_t i = 0; i < link_.images().size(); ++i) {
      const ElfImage& image = link_.images()[i];
      if (const ElfExport* found = image.FindExport(symbol))
        for (const uint32_t function : found->functions)
          nodes.insert(graph_.NodeOf(i, function));
      // What is linked statically is local.
      else if (const auto function = image.FindFunction(symbol);
               function && image.needed().empty())
        nodes.insert(graph_.NodeOf(i, *function));
    }
    return nodes;
  }

  const std::vector<Caller>& CallersOf(uint32_t node) const {
    return callers_[node];
  }

  void Add(Kind kind, std::string name, const Caller& caller,
           bool is_by_libc = false) {
    const uint64_t address =
        caller.edge != nullptr && caller.edge->site != nullptr
            ? caller.edge->site->address
        : graph_.FunctionOf(caller.node) == nullptr
            ? 0
            : graph_.FunctionOf(caller.node)->address;
    found_.push_back({kind, std::move(name), caller.node, address, is_by_libc});
  }

  // --- dlopen and dlsym, up the callers
  // ----------------------------------------------------

  void FindCalls(const Wanted& wanted, Kind kind, const std::string& symbol) {
    if (!asked_.insert({kind, wanted}).second) return;
    for (const Caller& caller : CallersOf(wanted.node)) {
      if (!reached_[caller.node]) continue;
      if (caller.edge->site == nullptr)
        Add(Kind::kUnknown, symbol, caller);
      else
        FindCall(wanted, caller, kind, symbol);
    }
  }

  void FindCall(const Wanted& wanted, const Caller& caller, Kind kind,
                const std::string& symbol) {
    const MachineValue& value =
        caller.edge->site->arguments[static_cast<size_t>(wanted.parameter)];
    // dlopen(NULL) is the program itself.
    if (value == MachineValue::Constant(0)) return;
    if (const auto name = strings_.At(graph_.ImageOf(caller.node), value)) {
      if (!name->empty()) Add(kind, *name, caller);
      return;
    }
    const bool is_passed_on = value.kind == MachineValue::Kind::kParameter &&
                              value.width_bits == 64 &&
                              value.parameter < kFollowedParameters &&
                              !roots_.contains(caller.node);
    if (is_passed_on)
      FindCalls({caller.node, value.parameter}, kind, symbol);
    else
      Add(Kind::kUnknown, symbol, caller);
  }

  // --- The C library's own
  // -----------------------------------------------------------------

  // The functions that get glibc's own mode as their second argument, linked
  // statically or not, stripped or not.
  std::set<uint32_t> OwnLoaders() {
    std::set<uint32_t> loaders;
    for (uint32_t node = 0; node < graph_.size(); ++node) {
      if (!IsInLibc(node)) continue;
      for (const CallEdge& edge : graph_.edges(node))
        if (edge.site != nullptr && edge.site->arguments[1] == kOwnMode)
          loaders.insert(edge.target);
    }
    return loaders;
  }

  // Whatever starts a program's main is the C library, or has it inside.
  bool IsInLibc(uint32_t node) const {
    if (graph_.FunctionOf(node) == nullptr) return false;
    const ElfImage& image = graph_.ImageOf(node);
    return image.needed().empty() ||
           image.FindExport("__libc_start_main") != nullptr;
  }

  void FindLibcLoads(uint32_t loader) {
    for (const Caller& caller : CallersOf(loader)) {
      if (!reached_[caller.node]) continue;
      if (caller.edge->site == nullptr) {
        Add(Kind::kUnknown, "dlopen", caller, true);
        continue;
      }
      const auto name = strings_.At(graph_.ImageOf(caller.node),
                                    caller.edge->site->arguments[0]);
      if (name)
        Add(Kind::kLibrary, *name, caller, true);
      else if (UsesText(caller.node, kModuleFormat))
        FindDatabases(caller);
      else
        FindCharacterSets(caller);
    }
  }

  bool UsesText(uint32_t node, std::string_view text) {
    const MachineFunction* function = graph_.FunctionOf(node);
    if (function == nullptr) return false;
    return std::ranges::any_of(function->call_sites, [&](const CallSite& site) {
      return std::ranges::any_of(
          site.arguments, [&](const MachineValue& value) {
            return strings_.At(graph_.ImageOf(node), value) == text;
          });
    });
  }

  // Each database is asked for by its number; without the function that takes
  // it (glibc before 2.33) any may be meant.
  void FindDatabases(const Caller& caller) {
    const std::set<uint32_t> getters = NodesOf("__nss_database_get");
    std::optional<std::set<std::string>> databases;
    if (!getters.empty() && NumbersAreKnown())
      databases = DatabasesPassedTo({*getters.begin(), 0});
    for (const std::string& database : databases ? *databases : AllDatabases())
      Add(Kind::kNameService, database, caller, true);
  }

  // Nothing if a number is not known. Only reached code asks.
  std::optional<std::set<std::string>> DatabasesPassedTo(const Wanted& wanted) {
    std::set<std::string> databases;
    for (const Caller& caller : CallersOf(wanted.node)) {
      if (!reached_[caller.node]) continue;
      if (caller.edge->site == nullptr) return std::nullopt;
      const MachineValue& value = caller.edge->site->arguments[0];
      if (value.kind != MachineValue::Kind::kConstant) return std::nullopt;
      const auto database = DatabaseByNumber(value.constant & UINT32_MAX);
      if (!database) return std::nullopt;
      databases.insert(*database);
    }
    return databases;
  }

  // Whether this C library counts its databases as name_service.h does: four
  // of them are asked for by functions whose names say which.
  bool NumbersAreKnown() const {
    static constexpr std::pair<std::string_view, std::string_view> kKnown[] = {
        {"__nss_group_lookup2", "group"},
        {"__nss_hosts_lookup2", "hosts"},
        {"__nss_passwd_lookup2", "passwd"},
        {"__nss_services_lookup2", "services"}};
    return std::ranges::all_of(kKnown, [&](const auto& known) {
      return PassesDatabase(known.first, known.second);
    });
  }

  bool PassesDatabase(std::string_view symbol,
                      std::string_view database) const {
    const std::set<uint32_t> getters = NodesOf("__nss_database_get");
    for (const uint32_t node : NodesOf(symbol))
      for (const CallEdge& edge : graph_.edges(node))
        if (edge.site != nullptr && getters.contains(edge.target))
          return DatabaseByNumber(edge.site->arguments[0].constant) == database;
    return false;
  }

  // iconv_open takes names from the program; else it is a locale's set, or one
  // that fopen's mode names.
  void FindCharacterSets(const Caller& caller) {
    if (!IsCalledBy(caller.node, "iconv_open") &&
        graph_.NameOf(caller.node) != "__gconv_find_shlib")
      return Add(Kind::kUnknown, "dlopen", caller, true);
    const std::set<uint32_t> openers = NodesOf("iconv_open");
    const bool is_opened =
        std::ranges::any_of(openers, [&](uint32_t n) { return reached_[n]; });
    Add(is_opened ? Kind::kCharacterSets : Kind::kLocaleSets, "", caller, true);
  }

  // By direct calls alone.
  bool IsCalledBy(uint32_t node, std::string_view symbol) const {
    const std::set<uint32_t> roots = NodesOf(symbol);
    std::set<uint32_t> seen = roots;
    std::vector<uint32_t> waiting(roots.begin(), roots.end());
    while (!waiting.empty()) {
      const uint32_t from = waiting.back();
      waiting.pop_back();
      if (from == node) return true;
      for (const CallEdge& edge : graph_.edges(from))
        if (edge.site != nullptr && seen.insert(edge.target).second)
          waiting.push_back(edge.target);
    }
    return false;
  }

  std::vector<RunTimeLoad> Finish() {
    const auto order = [](const RunTimeLoad& load) {
      return std::tie(load.kind, load.name, load.node, load.address);
    };
    std::ranges::sort(found_, {}, order);
    const auto rest = std::ranges::unique(found_, {}, order);
    found_.erase(rest.begin(), rest.end());
    return std::move(found_);
  }

  const LinkMap& link_;
  const CallGraph& graph_;
  const std::set<uint32_t> roots_;
  const std::vector<bool>& reached_;
  ImageStrings& strings_;
  std::vector<std::vector<Caller>> callers_;
  std::set<std::pair<Kind, Wanted>> asked_;
  std::vector<RunTimeLoad> found_;
};

}  // namespace

std::vector<RunTimeLoad> FindRunTimeLoads(const LinkMap& link,
                                          const CallGraph& graph,
                                          const std::vector<uint32_t>& roots,
                                          const std::vector<bool>& reached,
                                          ImageStrings& strings) {
  return Finder(link, graph, roots, reached, strings).Find();
}

}  // namespace bailey::analyzer
