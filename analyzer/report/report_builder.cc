#include "analyzer/report/report_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "analyzer/report/capability_set.h"
#include "analyzer/report/loading_functions.h"
#include "analyzer/report/reachability.h"

namespace bailey::analyzer {
namespace {

constexpr std::string_view kAnySyscall = "any system call";
constexpr std::string_view kStart = "_start";

// A constant of a library's code may be an address in its file, which the
// loader moves. The first page and negative numbers hold none; of others only
// the low half counts, which no 32-bit argument gets from an address.
uint8_t ConstantWidth(uint64_t constant) {
  constexpr uint64_t kFirstPageBytes = 4096;
  const bool is_number =
      constant < kFirstPageBytes || static_cast<int64_t>(constant) < 0;
  return is_number ? 64 : 32;
}

// A library's value as the caller's arguments make it. A parameter of which
// only the low half is passed on is known no further than that.
ValueFact Substitute(const MachineValue& value,
                     const std::vector<ValueFact>& actual) {
  switch (value.kind) {
    case MachineValue::Kind::kUnknown:
      return {};
    case MachineValue::Kind::kConstant:
      return {true, {value.constant}, ConstantWidth(value.constant)};
    case MachineValue::Kind::kParameter: {
      const auto index = static_cast<size_t>(value.parameter);
      if (value.parameter < 0 || index >= actual.size()) return {};
      ValueFact fact = actual[index];
      fact.width_bits = std::min(fact.width_bits, value.width_bits);
      return fact;
    }
  }
  return {};
}

std::array<ValueFact, 6> SubstituteAll(
    const std::array<MachineValue, 6>& values,
    const std::vector<ValueFact>& actual) {
  std::array<ValueFact, 6> facts;
  for (size_t i = 0; i < facts.size(); ++i)
    facts[i] = Substitute(values[i], actual);
  return facts;
}

// One use of an external function by reached code.
struct ExternalUse {
  std::string symbol;
  SourceSite site;
  std::vector<ValueFact> arguments;  // of a call
  bool certain = false;
  std::vector<std::string> path;  // to the user
};

class Builder {
 public:
  Builder(const Program& program, LibrarySummaries& libraries)
      : program_(program),
        libraries_(libraries),
        plugins_(libraries.Plugins()),
        capabilities_(program.architecture) {
    report_.target = ArchitectureName(program.architecture);
    for (const FlowFunction& each : program.flow.functions)
      defined_.insert(each.id);
  }

  Result<Report> Build(const std::vector<std::string>& opaque_inputs) {
    if (!defined_.contains("main"))
      return Fail("the program has no function `main`",
                  "name all of its sources, or capture its link command");
    report_.entries = {"main"};
    for (const std::string& each : program_.constructors)
      if (defined_.contains(each)) report_.entries.push_back(each);
    std::ranges::sort(report_.entries.begin() + 1, report_.entries.end());
    const Reachability reach(program_, report_.entries, CalledBack());
    AddCalls(reach);
    AddAssembly(reach);
    AddUnresolved(reach);
    AddStartup(Phase::kStartup, std::nullopt);
    AddPlugins();
    for (const std::string& path : opaque_inputs)
      Unresolve("linked without its source", {path, 0, 0, ""}, kAnySyscall);
    return Finish();
  }

  // A binary's main is not told from what runs before it.
  Report BuildBinary(const std::string& path) {
    report_.entries = {std::string(kStart)};
    const SourceSite site{path, 0, 0, std::string(kStart)};
    AddStartup(Phase::kServing, site);
    AddPlugins();
    const std::set<std::string> called = libraries_.CalledSymbols();
    for (const std::string_view name : DynamicLoadingFunctions())
      if (called.contains(std::string(name)))
        Unresolve(std::string(name), site, LoadedCode());
    return Finish();
  }

 private:
  // Functions of the program by whose names libraries call, or a compiler that
  // thinks it knows the library's (`puts` in printf's place), and what starts
  // or ends a program.
  std::set<std::string> CalledBack() {
    std::set<std::string> names = libraries_.CalledSymbols();
    names.insert({"_start", "_init", "_fini"});
    for (const FlowFunction& each : program_.flow.functions)
      if (each.linkage == Linkage::kExternal && libraries_.MayCallBack(each.id))
        names.insert(each.id);
    for (const AliasFact& each : program_.aliases)
      if (libraries_.MayCallBack(each.name)) names.insert(each.name);
    return names;
  }

  void AddCalls(const Reachability& reach) {
    for (const CallFact& call : program_.calls) {
      const auto caller = reach.functions().find(call.from);
      if (caller == reach.functions().end() || defined_.contains(call.to))
        continue;
      AddExternal({call.to, call.site, call.arguments, caller->second.certain,
                   caller->second.path});
    }
    for (const TakenExternal& taken : reach.taken())
      AddExternal({taken.symbol, taken.site, {}, false, taken.path});
  }

  void AddExternal(const ExternalUse& use) {
    const SymbolReach* library = libraries_.Reach(use.symbol);
    if (library == nullptr) {
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
    if (const auto loaded = WhatItLoads(use.symbol))
      Unresolve(*loaded, use.site, LoadedCode());
  }

  // The doubt once, at the first site; what is assumed at each.
  void AddUnread(const ExternalUse& use, const UnreadFunction& unread) {
    std::vector<std::string> path = use.path;
    path.push_back(use.symbol);
    for (const uint32_t number : unread.assumed)
      capabilities_.Add(
          {number, {}, Confidence::kAssumed, Phase::kServing, use.site, path});
    if (library_places_.emplace("", 0, unread.reason).second)
      Unresolve(unread.reason, use.site, kAnySyscall);
  }

  void AddReached(const ExternalUse& use, const ReachedSyscall& reached) {
    const bool direct = reached.confidence == ReachConfidence::kDirect;
    std::vector<std::string> path = use.path;
    path.insert(path.end(), reached.path.begin(), reached.path.end());
    capabilities_.Add(
        {reached.number,
         capabilities_.Describe(
             reached.number,
             SubstituteAll(reached.arguments,
                           direct ? use.arguments : std::vector<ValueFact>())),
         direct && use.certain ? Confidence::kProved
                               : Confidence::kOverApproximated,
         Phase::kServing, use.site, std::move(path)});
  }

  // syscall(number, …) and its like.
  void AddParameterSyscall(const ExternalUse& use,
                           const ParameterSyscall& reached) {
    const MachineValue parameter =
        MachineValue::Parameter(reached.number_parameter);
    std::vector<std::string> path = use.path;
    path.push_back(use.symbol);
    AddNumbered(Substitute(parameter, use.arguments),
                SubstituteAll(reached.arguments, use.arguments), use.certain,
                use.site, std::move(path));
  }

  void AddNumbered(const ValueFact& number,
                   const std::array<ValueFact, 6>& arguments, bool certain,
                   const SourceSite& site, std::vector<std::string> path) {
    if (!number.known)
      return Unresolve("computed syscall number", site, kAnySyscall);
    // Of several numbers each may be the one: none is sure.
    certain &= number.values.size() == 1;
    for (const uint64_t value : number.values) {
      const auto call = static_cast<uint32_t>(value);  // what the kernel reads
      capabilities_.Add(
          {call, capabilities_.Describe(call, arguments),
           certain ? Confidence::kProved : Confidence::kOverApproximated,
           Phase::kServing, site, path});
    }
  }

  void AddAssembly(const Reachability& reach) {
    for (const AssemblySyscall& each : program_.syscalls) {
      const auto function = reach.functions().find(each.from);
      if (function == reach.functions().end()) continue;
      std::array<ValueFact, 6> arguments;
      std::ranges::copy(each.arguments, arguments.begin());
      AddNumbered(each.number, arguments, function->second.certain, each.site,
                  function->second.path);
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

  void AddStartup(Phase phase, const std::optional<SourceSite>& site) {
    const SymbolReach startup = libraries_.Startup();
    for (const ReachedSyscall& each : startup.syscalls) {
      std::vector<std::string> path{std::string(kStart)};
      path.insert(path.end(), each.path.begin(), each.path.end());
      capabilities_.Add({each.number,
                         capabilities_.Describe(
                             each.number, SubstituteAll(each.arguments, {})),
                         Confidence::kOverApproximated, phase, site,
                         std::move(path)});
    }
    AddLibraryUnresolved(
        startup, site.value_or(SourceSite{"", 0, 0, std::string(kStart)}));
  }

  // Whatever it is, the code that the program loads is a plugin's.
  void AddPlugins() {
    for (const auto& [file, plugin] : plugins_) {
      const SourceSite site{file, 0, 0, ""};
      for (const ReachedSyscall& each : plugin.syscalls) {
        std::vector<std::string> path{
            std::filesystem::path(file).filename().string()};
        path.insert(path.end(), each.path.begin(), each.path.end());
        capabilities_.Add({each.number,
                           capabilities_.Describe(
                               each.number, SubstituteAll(each.arguments, {})),
                           Confidence::kOverApproximated, Phase::kServing, site,
                           std::move(path)});
      }
      AddLibraryUnresolved(plugin, site);
    }
  }

  // What is assumed of code that is loaded, or found by name, at run time.
  std::string LoadedCode() const {
    if (plugins_.empty()) return std::string(kAnySyscall);
    return fmt::format("code of the {} declared plugins, and no other",
                       plugins_.size());
  }

  // Once a place in a library, at the first site that leads there.
  void AddLibraryUnresolved(const SymbolReach& library,
                            const SourceSite& site) {
    for (const UnresolvedSite& each : library.unresolved)
      if (library_places_.emplace(each.image, each.address, each.reason).second)
        Unresolve(
            fmt::format("{} in `{}` of {}", each.reason, each.function,
                        std::filesystem::path(each.image).filename().string()),
            site, kAnySyscall);
  }

  void Unresolve(std::string reason, const SourceSite& site,
                 std::string_view assumed) {
    report_.unresolved.push_back(
        {std::move(reason), site, std::string(assumed)});
  }

  Report Finish() {
    report_.capabilities = capabilities_.Finish();
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
  std::set<std::string> defined_;
  std::set<std::tuple<std::string, uint64_t, std::string>> library_places_;
  CapabilitySet capabilities_;
  Report report_;
};

}  // namespace

Result<Report> BuildReport(const Program& program, LibrarySummaries& libraries,
                           const std::vector<std::string>& opaque_inputs) {
  return Builder(program, libraries).Build(opaque_inputs);
}

Report BuildBinaryReport(const std::string& path, LibrarySummaries& libraries) {
  const Program none;
  return Builder(none, libraries).BuildBinary(path);
}

}  // namespace bailey::analyzer
