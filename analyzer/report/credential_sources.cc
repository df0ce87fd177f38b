// A call is a source unless what it names is known to be something else.
#include "analyzer/report/credential_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "analyzer/flow/library_effects.h"
#include "analyzer/flow/program.h"
#include "analyzer/report/path_match.h"
#include "analyzer/report/resources.h"
#include "common/syscalls/syscall_table.h"

namespace bailey::analyzer {
namespace {

// These give a descriptor or a stream of the file that they name.
constexpr std::string_view kOpeners[] = {
    "open",     "open64",     "openat",     "openat64",
    "__open_2", "__open64_2", "__openat_2", "__openat64_2",
    "fopen",    "fopen64",    "freopen",    "freopen64",
};
// What they make of a text may be a descriptor's number.
constexpr std::string_view kNumberReaders[] = {
    "atoi",
    "atol",
    "strtol",
    "strtoul",
    "strtoll",
    "strtoull",
    "strtonum",
    "__isoc23_strtol",
    "__isoc23_strtoul",
    "__isoc23_strtoll",
    "__isoc23_strtoull",
    "sd_listen_fds",
};
constexpr std::string_view kTerminal = "/dev/tty";

template <class Names>
bool IsOneOf(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

// Of the C++ library's functions those that open what they name; the others may
// open something (a locale, what a failed assertion prints to), never that.
bool IsOtherOfCxxLibrary(std::string_view name) {
  constexpr std::string_view kLibrary[] = {"_ZNSt", "_ZNKSt", "_ZSt",  "_ZNS",
                                           "_ZNKS", "_ZStls", "_ZStrs"};
  constexpr std::string_view kOpen[] = {
      "_ZNSt14basic_ifstream", "_ZNSt13basic_fstream", "_ZNSt13basic_filebuf",
      "_ZNSt10filesystem"};
  const auto begins = [&](std::string_view prefix) {
    return name.starts_with(prefix);
  };
  if (std::ranges::none_of(kLibrary, begins)) return false;
  if (std::ranges::none_of(kOpen, begins)) return true;
  return name.contains("D0Ev") || name.contains("D1Ev") ||
         name.contains("D2Ev");
}

class SourceFinder {
 public:
  SourceFinder(const PlanCredential& credential, const Program& program,
               const DataGraph& graph, const ValuePropagation& values,
               LibrarySummaries& libraries)
      : credential_(credential),
        program_(program),
        graph_(graph),
        values_(values),
        libraries_(libraries),
        opens_(NumbersOfOpens(program.architecture)) {
    for (const CallFact& call : program.calls)
      calls_[KeyOf(call.from, call.to, call.site)].push_back(&call);
    for (const AssemblySyscall& each : program.syscalls)
      assembly_.insert({each.from, each.site.line});
    for (const UnresolvedFact& each : program.unresolved)
      if (each.reason.starts_with("inline assembly"))
        assembly_.insert({each.from, each.site.line});
  }

  std::vector<CredentialSeed> Find() {
    if (credential_.source == CredentialSource::kDescriptor) AddNumbers();
    if (credential_.source == CredentialSource::kEnvironment)
      Add({StateNode(LibraryState::kBlock), DataLabel::kData});
    for (const DataCallRef& call : graph_.calls) Visit(call);
    if (credential_.source != CredentialSource::kEnvironment) AddAssembly();
    return std::move(seeds_);
  }

 private:
  using CallKey = std::tuple<std::string, std::string, std::string, int, int>;

  static CallKey KeyOf(const std::string& from, const std::string& to,
                       const SourceSite& site) {
    return {from, to, site.file, site.line, site.column};
  }

  static std::set<uint32_t> NumbersOfOpens(Architecture architecture) {
    std::set<uint32_t> numbers;
    for (const char* name : {"open", "openat", "openat2"})
      if (const Syscall* call =
              SyscallTable::For(architecture).FindByName(name))
        numbers.insert(call->number);
    return numbers;
  }

  DataGraph::Node StateNode(LibraryState state) const {
    return graph_.states[static_cast<size_t>(state)];
  }

  void Add(CredentialSeed seed) { seeds_.push_back(std::move(seed)); }

  void Add(const DataCallRef& call, DataGraph::Node node, DataLabel label,
           Match match) {
    if (match == Match::kNo || node == 0) return;
    Add({node, label, call.function, call.facts->place, call.to,
         match == Match::kCertain});
  }

  // The call's number itself, wherever the program writes it.
  void AddNumbers() {
    const auto descriptor = static_cast<uint64_t>(credential_.descriptor);
    if (descriptor == 0)
      Add({StateNode(LibraryState::kInput), DataLabel::kHandle});
    if (const auto number = graph_.numbers.find(descriptor);
        number != graph_.numbers.end())
      Add({number->second, DataLabel::kHandle});
  }

  // Assembly that enters the kernel may open or read anything.
  void AddAssembly() {
    for (const auto& [key, node] : graph_.mixtures) {
      const auto& [function, facts] = key;
      if (!facts->is_opaque) continue;
      const SourceSite site = graph_.SiteOf(function, facts->place);
      if (!assembly_.contains({site.function, site.line})) continue;
      const DataCallRef call{function, facts, "(assembly)"};
      Add(call, node, DataLabel::kHandle, Match::kMaybe);
      Add(call, node, DataLabel::kData, Match::kMaybe);
    }
  }

  void Visit(const DataCallRef& call) {
    switch (credential_.source) {
      case CredentialSource::kEnvironment:
        return VisitForVariable(call);
      case CredentialSource::kFile:
        return VisitForFile(call, {credential_.path});
      case CredentialSource::kDescriptor:
        return VisitForDescriptor(call);
    }
  }

  void VisitForVariable(const DataCallRef& call) {
    if (call.to != "getenv" && call.to != "secure_getenv") {
      VisitForName(call);
      // The environment lies in a file, too.
      return VisitNamed(call,
                        {"/proc/self/environ", "/proc/thread-self/environ"},
                        /*unknown=*/false);
    }
    Match match = Match::kNo;
    for (const CallContext& context : ContextsOf(call))
      match = std::max(match,
                       context.empty()
                           ? Match::kMaybe
                           : MatchText(context[0].texts, credential_.variable));
    Add(call, graph_.ResultOf(call), DataLabel::kData, match);
  }

  // A library's own getenv: it is told the name.
  void VisitForName(const DataCallRef& call) {
    const auto mixture = graph_.mixtures.find({call.function, call.facts});
    if (mixture == graph_.mixtures.end() || EffectOf(call.to) != nullptr)
      return;
    for (const CallContext& context : ContextsOf(call))
      for (const AbstractValue& argument : context)
        if (!argument.texts.any &&
            MatchText(argument.texts, credential_.variable) != Match::kNo)
          return Add(call, mixture->second, DataLabel::kData, Match::kMaybe);
  }

  void VisitForDescriptor(const DataCallRef& call) {
    if (credential_.descriptor != 0 && IsOneOf(kNumberReaders, call.to))
      return Add(call, graph_.ResultOf(call), DataLabel::kHandle,
                 Match::kMaybe);
    std::vector<std::string> paths = {
        fmt::format("/dev/fd/{}", credential_.descriptor),
        fmt::format("/proc/self/fd/{}", credential_.descriptor)};
    if (credential_.descriptor == 0) paths.emplace_back("/dev/stdin");
    VisitNamed(call, paths, /*unknown=*/false);
  }

  void VisitForFile(const DataCallRef& call,
                    const std::vector<std::string>& paths) {
    if (credential_.path == kTerminal &&
        (call.to == "readpassphrase" || call.to == "getpass"))
      Add(call, graph_.ResultOf(call), DataLabel::kData, Match::kCertain);
    VisitNamed(call, paths, /*unknown=*/true);
  }

  // `unknown`: a name of which nothing is known counts.
  void VisitNamed(const DataCallRef& call,
                  const std::vector<std::string>& paths, bool unknown) {
    if (IsOneOf(kOpeners, call.to)) return AddOpen(call, paths, unknown);
    if (call.to == "popen") {
      if (unknown)
        Add(call, graph_.ResultOf(call), DataLabel::kHandle,
            MatchCommand(call, paths));
      return;
    }
    const auto mixture = graph_.mixtures.find({call.function, call.facts});
    if (mixture == graph_.mixtures.end() || !MayOpen(call)) return;
    const Match match = MatchArguments(call, paths, unknown);
    Add(call, mixture->second, DataLabel::kHandle, match);
    Add(call, mixture->second, DataLabel::kData, match);
  }

  void AddOpen(const DataCallRef& call, const std::vector<std::string>& paths,
               bool unknown) {
    const size_t before = seeds_.size();
    Add(call, graph_.ResultOf(call), DataLabel::kHandle,
        MatchOpen(call, paths, unknown));
    if (seeds_.size() > before)
      seeds_.back().sites = SitesOf(call, paths, unknown);
  }

  // Where a function opens what it is told to: the calls of it that may name
  // the credential. Empty: all of them, or it is not known.
  std::vector<uint32_t> SitesOf(const DataCallRef& call,
                                const std::vector<std::string>& paths,
                                bool unknown) {
    const size_t named = call.to.contains("openat") ? 1 : 0;
    const auto facts = FactsOfCall(call);
    if (facts.size() != 1 || graph_.functions[call.function].is_open) return {};
    const std::vector<ValueExpression>& made = facts[0]->expressions;
    if (made.size() <= named || made[named].kind != ExpressionKind::kParameter)
      return {};
    std::vector<uint32_t> matching;
    bool is_all = true;
    for (const DataSite& site : graph_.sites) {
      if (site.callee != call.function) continue;
      bool matches = false;
      for (const Texts& texts : PassedAt(site, made[named].number))
        matches |= MatchesWith(call, *facts[0], named, texts, paths, unknown);
      if (matches) matching.push_back(site.number);
      is_all &= matches;
    }
    if (is_all) matching.clear();
    return matching;
  }

  // The texts that a parameter has there.
  std::vector<Texts> PassedAt(const DataSite& site, uint64_t parameter) const {
    const SourceSite at = graph_.SiteOf(site.caller, site.facts->place);
    const auto known =
        calls_.find(KeyOf(at.function, graph_.functions[site.callee].id, at));
    std::vector<Texts> all;
    if (known == calls_.end()) return {Texts::Any()};
    for (const CallFact* fact : known->second)
      for (const CallContext& context : values_.Contexts(*fact))
        all.push_back(parameter < context.size() ? context[parameter].texts
                                                 : Texts::Any());
    return all;
  }

  bool MatchesWith(const DataCallRef& call, const CallFact& fact, size_t named,
                   const Texts& texts, const std::vector<std::string>& paths,
                   bool unknown) {
    for (CallContext context : values_.Contexts(fact)) {
      if (context.size() <= named) return true;
      context[named].texts = texts;
      for (const Resource& each : ResourcesOf(call.to, context, fact.arguments))
        if (MatchResource(each, paths, unknown) != Match::kNo) return true;
    }
    return false;
  }

  Match MatchOpen(const DataCallRef& call,
                  const std::vector<std::string>& paths, bool unknown) {
    Match match = Match::kNo;
    const auto facts = FactsOfCall(call);
    if (facts.empty()) return unknown ? Match::kMaybe : Match::kNo;
    for (const CallFact* fact : facts) {
      for (const CallContext& context : values_.Contexts(*fact))
        for (const Resource& each :
             ResourcesOf(call.to, context, fact->arguments))
          match = std::max(match, MatchResource(each, paths, unknown));
    }
    return match;
  }

  static Match MatchResource(const Resource& resource,
                             const std::vector<std::string>& paths,
                             bool unknown) {
    if (resource.kind != CapabilityKind::kFile ||
        std::ranges::find(resource.access, "read") == resource.access.end())
      return Match::kNo;
    Match match = Match::kNo;
    for (const std::string& path : paths)
      match = std::max(match, unknown ? MatchPath(resource.name, path)
                                      : MatchTellingPath(resource.name, path));
    return match == Match::kCertain && !resource.exact ? Match::kMaybe : match;
  }

  // A command that has the path in it, or may have.
  Match MatchCommand(const DataCallRef& call,
                     const std::vector<std::string>& paths) {
    for (const CallContext& context : ContextsOf(call)) {
      if (context.empty() || context[0].texts.any) return Match::kMaybe;
      for (const std::string& pattern : context[0].texts.patterns)
        for (const std::string& path : paths)
          if (IsPattern(pattern) || Unescaped(pattern).contains(path))
            return Match::kMaybe;
    }
    return Match::kNo;
  }

  Match MatchArguments(const DataCallRef& call,
                       const std::vector<std::string>& paths, bool unknown) {
    const auto& arguments = call.facts->integers;
    Match match = Match::kNo;
    for (const CallContext& context : ContextsOf(call)) {
      for (size_t i = 0; i < arguments.size(); ++i) {
        if (!arguments[i].is_pointer || !MayBeText(call.to, i)) continue;
        const Texts texts =
            i < context.size() ? context[i].texts : Texts::Any();
        if (texts.any && !unknown) continue;
        for (const std::string& path : paths)
          match = std::max(match, MatchTexts(texts, path, unknown));
      }
    }
    return std::min(match, Match::kMaybe);
  }

  static Match MatchTexts(const Texts& texts, const std::string& path,
                          bool unknown) {
    if (unknown || texts.any) return MatchPath(texts, path);
    Match match = Match::kNo;
    for (const std::string& each : texts.patterns)
      match = std::max(match, MatchTellingPath(each, path));
    return match;
  }

  // By its declaration, if there is one.
  bool MayBeText(const std::string& function, size_t argument) const {
    const auto known = program_.prototypes.find(function);
    return known == program_.prototypes.end() || argument >= 64 ||
           (known->second.text >> argument & 1) != 0;
  }

  // A function of a library of which nothing is known here but what its code
  // calls.
  bool MayOpen(const DataCallRef& call) {
    if (EffectOf(call.to) != nullptr || IsOtherOfCxxLibrary(call.to))
      return false;
    if (call.to == "syscall") return true;
    const SymbolReach* reach = libraries_.Reach(call.to);
    if (reach == nullptr) return true;
    return std::ranges::any_of(reach->syscalls,
                               [&](const ReachedSyscall& each) {
                                 return opens_.contains(each.number);
                               });
  }

  std::vector<const CallFact*> FactsOfCall(const DataCallRef& call) const {
    const SourceSite site = graph_.SiteOf(call.function, call.facts->place);
    const auto found = calls_.find(KeyOf(site.function, call.to, site));
    return found == calls_.end() ? std::vector<const CallFact*>{}
                                 : found->second;
  }

  // One that knows nothing where the call has no facts.
  std::vector<CallContext> ContextsOf(const DataCallRef& call) const {
    std::vector<CallContext> all;
    for (const CallFact* fact : FactsOfCall(call)) {
      const std::vector<CallContext> contexts = values_.Contexts(*fact);
      all.insert(all.end(), contexts.begin(), contexts.end());
    }
    if (all.empty()) all.emplace_back();
    return all;
  }

  const PlanCredential& credential_;
  const Program& program_;
  const DataGraph& graph_;
  const ValuePropagation& values_;
  LibrarySummaries& libraries_;
  const std::set<uint32_t> opens_;
  std::map<CallKey, std::vector<const CallFact*>> calls_;
  std::set<std::pair<std::string, int>> assembly_;
  std::vector<CredentialSeed> seeds_;
};

}  // namespace

std::vector<CredentialSeed> SourcesOf(const PlanCredential& credential,
                                      const Program& program,
                                      const DataGraph& graph,
                                      const ValuePropagation& values,
                                      LibrarySummaries& libraries) {
  return SourceFinder(credential, program, graph, values, libraries).Find();
}

}  // namespace bailey::analyzer
