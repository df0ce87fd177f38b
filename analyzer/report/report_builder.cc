#include "analyzer/report/report_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "analyzer/report/argument_scope.h"
#include "analyzer/report/capability_set.h"
#include "analyzer/report/library_values.h"
#include "analyzer/report/loading_functions.h"
#include "analyzer/report/phase_split.h"
#include "analyzer/report/program_roots.h"
#include "analyzer/report/reachability.h"

namespace bailey::analyzer {
namespace {

constexpr std::string_view kAnySyscall = "any system call";
constexpr std::string_view kStart = "_start";

// One use of an external function by reached code.
struct ExternalUse {
  const std::string& symbol;  // of a fact, as the next two
  const SourceSite& site;
  PassedFacts passed;  // of a call
  bool certain = false;
  std::span<const std::string> path;  // to the user
  std::vector<Phase> phases;
  bool is_followed = false;  // it loads or finds code that is analyzed
  bool is_computed = false;  // it does so by names that the sources do not have
};

class Builder {
 public:
  Builder(const Program& program, LibrarySummaries& libraries)
      : program_(program),
        libraries_(libraries),
        plugins_(libraries.Plugins()),
        loads_(libraries.Followed()),
        capabilities_(program.architecture) {
    report_.target = ArchitectureName(program.architecture);
    for (const FlowFunction& each : program.flow.functions)
      defined_.insert(each.id);
  }

  Result<Report> Build(const std::vector<std::string>& opaque_inputs,
                       const CredentialRequest& credentials,
                       CredentialWays* ways) {
    if (!defined_.contains("main"))
      return Fail("the program has no function `main`",
                  "name all of its sources, or capture its link command");
    report_.entries = EntriesOf(program_);
    const std::set<std::string> called_back = CalledBack(program_, libraries_);
    const Reachability reach(program_, report_.entries, called_back);
    split_.emplace(program_, reach, called_back, libraries_);
    const ValuePropagation values(
        program_, ArgumentScope(program_, libraries_, report_.entries,
                                called_back, !opaque_inputs.empty()));
    AddCalls(reach, values);
    AddAssembly(reach, values);
    AddNamedFiles(reach);
    AddUnresolved(reach);
    AddStartup(Phase::kStartup, nullptr);
    AddLeftBehind();
    AddPlugins();
    AddUnresolvedLoads({"", 0, 0, std::string(kStart)});
    for (const std::string& path : opaque_inputs)
      Unresolve("linked without its source", {path, 0, 0, ""}, kAnySyscall);
    if (!credentials.credentials.empty())
      FollowCredentials(values, opaque_inputs, credentials, ways);
    return Finish();
  }

  // Where a binary's main is not told from what runs before it, all counts as
  // serving.
  Report BuildBinary(const std::string& path) {
    report_.entries = {std::string(kStart)};
    const SourceSite site{path, 0, 0, std::string(kStart)};
    if (const auto phases = libraries_.Phases()) {
      report_.entries.push_back("main");
      AddLibraryCode(phases->startup, std::string(kStart), {Phase::kStartup},
                     &site);
      AddLibraryCode(phases->serving, std::string(kStart), {Phase::kServing},
                     &site);
    } else {
      AddStartup(Phase::kServing, &site);
    }
    AddPlugins();
    AddUnresolvedLoads(site);
    return Finish();
  }

 private:
  void AddCalls(const Reachability& reach, const ValuePropagation& values) {
    for (const CallFact& call : program_.calls) {
      const auto caller = reach.functions().find(call.from);
      if (caller == reach.functions().end()) continue;
      if (defined_.contains(call.to) &&
          !program_.also_external.contains(call.to))
        continue;
      const std::vector<CallContext> contexts = values.Contexts(call);
      ExternalUse use{call.to,
                      call.site,
                      {},
                      caller->second.certain && call.is_only_target,
                      caller->second.path,
                      PhasesOf(call.from, call.site),
                      IsFollowed(call, contexts),
                      call.is_only_target && IsComputed(call.to, contexts)};
      use.passed.texts = TextsOf(contexts);
      for (std::vector<ValueFact>& arguments :
           ArgumentsIn(contexts, call.arguments)) {
        use.passed.arguments = std::move(arguments);
        AddExternal(use);
      }
      for (const CallContext& context : contexts)
        AddResources(use, context, call.arguments);
    }
    for (const TakenExternal& taken : reach.taken())
      AddExternal(
          {taken.symbol, taken.site, {}, false, taken.path, AnyPhase()});
    for (const TakenExternal& taken : reach.taken())
      AddResources(
          {taken.symbol, taken.site, {}, false, taken.path, AnyPhase()}, {},
          {});
  }

  // Of dlopen and its like.
  bool IsFollowed(const CallFact& call,
                  const std::vector<CallContext>& contexts) const {
    const auto names = NamesGiven(call.to, contexts, call.arguments);
    return names && AreFollowed(call.to, *names, loads_);
  }

  static std::vector<std::string> PathBehind(const ExternalUse& use) {
    std::vector<std::string> path(use.path.begin(), use.path.end());
    path.push_back(use.symbol);
    return path;
  }

  // What the call names, beside the system calls that it leads to.
  void AddResources(const ExternalUse& use, const CallContext& context,
                    const std::vector<ValueFact>& local) {
    SyscallFinding finding;
    finding.site = &use.site;
    finding.path = PathBehind(use);
    for (const Resource& each : ResourcesOf(use.symbol, context, local)) {
      finding.confidence = use.certain && each.exact
                               ? Confidence::kProved
                               : Confidence::kOverApproximated;
      for (const Phase phase : use.phases) {
        finding.phase = phase;
        capabilities_.Add(each, finding);
      }
    }
  }

  // What C++'s streams and std::filesystem are told to open, by their types.
  void AddNamedFiles(const Reachability& reach) {
    for (const NamedFile& each : program_.named_files) {
      const auto function = reach.functions().find(each.from);
      if (function == reach.functions().end()) continue;
      Resource resource;
      resource.access = each.access;
      resource.exact = !each.path.empty();
      if (resource.exact)
        resource.name = *Texts::Literal(each.path).patterns.begin();
      else
        resource.name = "*";
      SyscallFinding finding;
      finding.site = &each.site;
      finding.path = function->second.path;
      finding.confidence = resource.exact && function->second.certain
                               ? Confidence::kProved
                               : Confidence::kOverApproximated;
      for (const Phase phase : PhasesOf(each.from, each.site)) {
        finding.phase = phase;
        capabilities_.Add(resource, finding);
      }
    }
  }

  // In which phases a fact is that stands in a function; of a binary it serves.
  std::vector<Phase> PhasesOf(const std::string& function,
                              const SourceSite& site) const {
    return split_ ? split_->PhasesOf(function, site)
                  : std::vector{Phase::kServing};
  }

  // Of what can happen at any time.
  std::vector<Phase> AnyPhase() const {
    return split_ ? split_->AnyPhase() : std::vector{Phase::kServing};
  }

  void AddIn(const std::vector<Phase>& phases, SyscallFinding finding) {
    for (const Phase phase : phases) {
      finding.phase = phase;
      capabilities_.Add(finding);
    }
  }

  void AddExternal(const ExternalUse& use) {
    const SymbolReach* library = libraries_.Reach(use.symbol);
    if (library == nullptr) {
      if (use.symbol == kServingAnnotation) return;  // weak: called if linked
      if (program_.also_external.contains(use.symbol)) return;
      if (libraries_.IsData(use.symbol)) return;
      if (const auto unread = libraries_.Unread(use.symbol))
        return AddUnread(use, *unread);
      return Unresolve(
          fmt::format("external symbol `{}` is in no library", use.symbol),
          use.site, kAnySyscall);
    }
    for (const ReachedSyscall& each : library->syscalls) AddReached(use, each);
    for (const ParameterSyscall& each : library->parameter_syscalls)
      AddParameterSyscall(use, each);
    AddLibraryUnresolved(*library, use.site);
    if (!use.is_followed && IsLoadingFunction(use.symbol))
      Unresolve(use.symbol, use.site, LoadedCode(use.symbol, use.is_computed));
  }

  // The doubt once, at the first site; what is assumed at each.
  void AddUnread(const ExternalUse& use, const UnreadFunction& unread) {
    const std::vector<std::string> path = PathBehind(use);
    for (const uint32_t number : unread.assumed)
      AddIn(use.phases,
            {number, {}, Confidence::kAssumed, {}, &use.site, path});
    if (library_places_.emplace("", 0, unread.reason).second)
      Unresolve(unread.reason, use.site, kAnySyscall);
  }

  void AddReached(const ExternalUse& use, const ReachedSyscall& reached) {
    const bool certain =
        reached.confidence == ReachConfidence::kDirect && use.certain;
    SyscallFinding finding{
        reached.number,
        {},
        certain ? Confidence::kProved : Confidence::kOverApproximated,
        {},
        &use.site,
        {},
        use.path,
        reached.path};
    for (const Phase phase : use.phases) {
      finding.phase = phase;
      CapabilitySet::AddPlace(finding, EntryOf(use, reached, certain, finding));
    }
  }

  // What depends on no argument of the call is the same for each.
  CapabilitySet::Entry& EntryOf(const ExternalUse& use,
                                const ReachedSyscall& reached, bool certain,
                                SyscallFinding finding) {
    CapabilitySet::Entry* fresh = nullptr;
    CapabilitySet::Entry*& known =
        TakesFromCaller(reached) ? fresh
                                 : entries_[{&reached, certain, finding.phase}];
    if (known == nullptr) {
      finding.arguments =
          capabilities_.Describe(reached.number, FactsOf(reached, use.passed));
      known = &capabilities_.EntryOf(finding);
    }
    return *known;
  }

  // syscall(number, …) and its like.
  void AddParameterSyscall(const ExternalUse& use,
                           const ParameterSyscall& reached) {
    const MachineValue parameter =
        MachineValue::Parameter(reached.number_parameter);
    AddNumbered(FactOf(parameter, use.passed),
                FactsOf(reached.arguments, use.passed), use.certain, use.phases,
                use.site, PathBehind(use));
  }

  void AddNumbered(const ValueFact& number,
                   const std::array<ValueFact, 6>& arguments, bool certain,
                   const std::vector<Phase>& phases, const SourceSite& site,
                   const std::vector<std::string>& path) {
    if (!number.known || number.values.empty())
      return Unresolve("computed syscall number", site, kAnySyscall);
    // Of several numbers each may be the one: none is sure.
    certain &= number.values.size() == 1;
    for (const uint64_t value : number.values) {
      const auto call = static_cast<uint32_t>(value);  // what the kernel reads
      AddIn(phases,
            {call,
             capabilities_.Describe(call, arguments),
             certain ? Confidence::kProved : Confidence::kOverApproximated,
             {},
             &site,
             path});
    }
  }

  void AddAssembly(const Reachability& reach, const ValuePropagation& values) {
    for (const AssemblySyscall& each : program_.syscalls) {
      const auto function = reach.functions().find(each.from);
      if (function == reach.functions().end()) continue;
      std::vector<ValueFact> local = each.arguments;
      local.insert(local.begin(), each.number);
      for (const std::vector<ValueFact>& known :
           ArgumentsIn(values.Contexts(each), local)) {
        std::array<ValueFact, 6> arguments;
        std::copy(known.begin() + 1, known.end(), arguments.begin());
        AddNumbered(known[0], arguments, function->second.certain,
                    PhasesOf(each.from, each.site), each.site,
                    function->second.path);
      }
    }
  }

  void AddUnresolved(const Reachability& reach) {
    for (const UnresolvedFact& each : program_.unresolved) {
      if (!each.from.empty() && !reach.functions().contains(each.from))
        continue;
      const bool indirect = each.reason.starts_with("indirect");
      Unresolve(
          each.reason, each.site,
          indirect ? "every function whose address is taken" : kAnySyscall);
    }
  }

  void FollowCredentials(const ValuePropagation& values,
                         const std::vector<std::string>& opaque_inputs,
                         const CredentialRequest& request,
                         CredentialWays* ways) {
    const DataGraph graph =
        BuildDataGraph(program_, RootsOf(program_, libraries_, opaque_inputs));
    CredentialFlow flow(program_, graph, request);
    flow.Find(values, libraries_, [this](const SourceSite& site) {
      return PhasesOf(site.function, site);
    });
    credentials_ = flow.TakeCapabilities();
    if (ways != nullptr) *ways = flow.TakeWays();
  }

  void AddStartup(Phase phase, const SourceSite* site) {
    AddLibraryCode(libraries_.Startup(), std::string(kStart), {phase}, site);
  }

  // What serving calls in libraries because it was given to them at startup,
  // and what ends the process.
  void AddLeftBehind() {
    if (split_->HasSwitchPoint())
      AddLibraryCode(split_->LeftBehind(), "(left behind)", {Phase::kServing},
                     nullptr);
  }

  // Of which the program names no call.
  void AddLibraryCode(const SymbolReach& code, const std::string& from,
                      const std::vector<Phase>& phases,
                      const SourceSite* site) {
    for (const ReachedSyscall& each : code.syscalls) {
      std::vector<std::string> path{from};
      path.insert(path.end(), each.path.begin(), each.path.end());
      AddIn(phases,
            {each.number,
             capabilities_.Describe(each.number, FactsOf(each, PassedFacts())),
             Confidence::kOverApproximated,
             {},
             site,
             std::move(path)});
    }
    AddLibraryUnresolved(code, site != nullptr
                                   ? *site
                                   : SourceSite{"", 0, 0, std::string(kStart)});
  }

  // Whatever it is, the code that the program loads is a plugin's.
  void AddPlugins() {
    for (const auto& [file, plugin] : plugins_)
      AddLibraryCode(plugin, std::filesystem::path(file).filename().string(),
                     AnyPhase(),
                     &plugin_sites_.emplace_back(SourceSite{file, 0, 0, ""}));
  }

  // What is assumed of code that is loaded, or found by name, at run time. That
  // there are no plugins says nothing of names that stand in the sources.
  std::string LoadedCode(std::string_view by, bool is_computed) const {
    const size_t plugins =
        libraries_.DeclaredPlugins() + program_.source_plugins;
    // dlsym finds what is there anyway, too.
    const bool finds = by.starts_with("dlsym") || by.starts_with("dlvsym");
    if (finds || !libraries_.PluginsAreDeclared())
      return std::string(kAnySyscall);
    if (plugins == 0)
      return is_computed ? "no code: it is declared that there are no plugins"
                         : std::string(kAnySyscall);
    return fmt::format("code of the {} declared plugins, and no other",
                       plugins);
  }

  void AddUnresolvedLoads(const SourceSite& site) {
    for (const UnresolvedSite& each : libraries_.UnresolvedLoads())
      Unresolve(
          fmt::format("{} in `{}` of {}", each.reason, each.function,
                      std::filesystem::path(each.image).filename().string()),
          site, LoadedCode(each.reason, /*is_computed=*/true));
  }

  // Once a place in a library, at the first site that leads there.
  void AddLibraryUnresolved(const SymbolReach& library,
                            const SourceSite& site) {
    for (const UnresolvedSite& each : library.unresolved)
      if (!IsAnalyzedMapping(each) &&
          library_places_.emplace(each.image, each.address, each.reason).second)
        Unresolve(
            fmt::format("{} in `{}` of {}", each.reason, each.function,
                        std::filesystem::path(each.image).filename().string()),
            site, kAnySyscall);
  }

  bool IsAnalyzedMapping(const UnresolvedSite& site) const {
    return site.reason.starts_with("may map code") &&
           libraries_.MapsAnalyzedCode(site.image);
  }

  void Unresolve(std::string reason, const SourceSite& site,
                 std::string_view assumed) {
    report_.unresolved.push_back(
        {std::move(reason), site, std::string(assumed)});
  }

  Report Finish() {
    report_.capabilities = capabilities_.Finish();
    if (split_)
      report_.switch_points = split_->SwitchPoints(report_.capabilities);
    std::ranges::move(credentials_, std::back_inserter(report_.capabilities));
    report_.modelled = libraries_.ModelledLoads();
    FinishUnresolved();
    return std::move(report_);
  }

  void FinishUnresolved() {
    const auto order = [](const Unresolved& each) {
      return std::tie(each.site.file, each.site.line, each.site.column,
                      each.site.function, each.reason);
    };
    std::ranges::sort(report_.unresolved, {}, order);
    const auto rest = std::ranges::unique(report_.unresolved, {}, order);
    report_.unresolved.erase(rest.begin(), rest.end());
  }

  const Program& program_;
  LibrarySummaries& libraries_;
  const std::map<std::string, SymbolReach> plugins_;
  const ProgramLoads loads_;
  std::deque<SourceSite> plugin_sites_;  // in capabilities_
  std::unordered_set<std::string_view> defined_;
  std::set<std::tuple<std::string, uint64_t, std::string>> library_places_;
  CapabilitySet capabilities_;
  std::map<std::tuple<const ReachedSyscall*, bool, Phase>,
           CapabilitySet::Entry*>
      entries_;
  std::optional<PhaseSplit> split_;
  std::vector<Capability> credentials_;
  Report report_;
};

}  // namespace

Result<Report> BuildReport(const Program& program, LibrarySummaries& libraries,
                           const std::vector<std::string>& opaque_inputs,
                           const CredentialRequest& credentials,
                           CredentialWays* ways) {
  return Builder(program, libraries).Build(opaque_inputs, credentials, ways);
}

Report BuildBinaryReport(const std::string& path, LibrarySummaries& libraries) {
  const Program none;
  return Builder(none, libraries).BuildBinary(path);
}

}  // namespace bailey::analyzer
