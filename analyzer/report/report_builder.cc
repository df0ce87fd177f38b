#include "analyzer/report/report_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <tuple>
#include <utility>

#include "analyzer/report/capability_set.h"
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
      : program_(program), libraries_(libraries) {
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
    AddStartup();
    for (const std::string& path : opaque_inputs)
      Unresolve("linked without its source", {path, 0, 0, ""}, kAnySyscall);
    report_.capabilities = capabilities_.Finish();
    FinishUnresolved();
    return std::move(report_);
  }

 private:
  // Functions of the program by whose names libraries call, or a compiler that
  // thinks it knows the library's (`puts` in printf's place), and what starts
  // or ends a program.
  std::set<std::string> CalledBack() {
    std::set<std::string> names = libraries_.CalledSymbols();
    names.insert({"_start", "_init", "_fini"});
    for (const FlowFunction& each : program_.flow.functions)
      if (each.linkage == Linkage::kExternal &&
          libraries_.Reach(each.id) != nullptr)
        names.insert(each.id);
    for (const AliasFact& each : program_.aliases)
      if (libraries_.Reach(each.name) != nullptr) names.insert(each.name);
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
      if (!libraries_.IsData(use.symbol))
        Unresolve(
            fmt::format("external symbol `{}` is in no library", use.symbol),
            use.site, kAnySyscall);
      return;
    }
    for (const ReachedSyscall& each : library->syscalls) AddReached(use, each);
    for (const ParameterSyscall& each : library->parameter_syscalls)
      AddParameterSyscall(use, each);
    AddLibraryUnresolved(*library, use.site);
    for (const std::string_view name : {"dlopen", "dlmopen", "dlsym", "dlvsym"})
      if (use.symbol == name) Unresolve(use.symbol, use.site, kAnySyscall);
  }

  void AddReached(const ExternalUse& use, const ReachedSyscall& reached) {
    const bool direct = reached.confidence == ReachConfidence::kDirect;
    std::vector<std::string> path = use.path;
    path.insert(path.end(), reached.path.begin(), reached.path.end());
    capabilities_.Add(
        {reached.number,
         DescribeArguments(
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
          {call, DescribeArguments(call, arguments),
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

  void AddStartup() {
    const SymbolReach startup = libraries_.Startup();
    for (const ReachedSyscall& each : startup.syscalls) {
      std::vector<std::string> path{std::string(kStart)};
      path.insert(path.end(), each.path.begin(), each.path.end());
      capabilities_.Add(
          {each.number,
           DescribeArguments(each.number, SubstituteAll(each.arguments, {})),
           Confidence::kOverApproximated, Phase::kStartup, std::nullopt,
           std::move(path)});
    }
    AddLibraryUnresolved(startup, {"", 0, 0, std::string(kStart)});
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

}  // namespace bailey::analyzer
