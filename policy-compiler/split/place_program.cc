#include "policy-compiler/split/place_program.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "common/check.h"
#include "policy-compiler/split/array_words.h"
#include "policy-compiler/split/crossing_failures.h"
#include "policy-compiler/split/crossing_rules.h"
#include "policy-compiler/split/crossing_warnings.h"
#include "policy-compiler/split/declassified_bits.h"
#include "policy-compiler/split/find_placement.h"
#include "policy-compiler/split/handle_types.h"
#include "policy-compiler/split/outlined_reach.h"
#include "policy-compiler/split/passed_globals.h"
#include "policy-compiler/split/places.h"
#include "policy-compiler/split/program_graph.h"
#include "policy-compiler/split/separate.h"
#include "policy-compiler/split/split_names.h"
#include "policy-compiler/split/strict_crossings.h"
#include "policy-compiler/split/trusted_portion.h"

namespace bailey::policy {
namespace {

class Placer {
 public:
  Placer(const Policy& policy, const SourceText& text, const Flow& flow,
         Diagnostics& diagnostics, std::span<const Capability> capabilities)
      : policy_(policy),
        text_(text),
        graph_(flow),
        diagnostics_(diagnostics),
        capabilities_(capabilities) {}

  Result<Placement> Place() {
    Run();
    if (HasFailed()) {
      return Fail("the program cannot be split as the policy asks",
                  "see the diagnostics");
    }
    return std::move(placement_);
  }

 private:
  void Run() {
    if (!ChooseMainPortion()) return;
    auto pinned =
        ResolveSplitNames(policy_, text_, *main_, graph_, diagnostics_);
    if (!pinned) return;
    pinned_ = *std::move(pinned);
    handles_ = FindHandleTypes(policy_, *main_, graph_);
    SeparateGlobals(policy_.separate, text_, graph_, diagnostics_);
    PassGlobals(policy_.passed, text_, graph_, diagnostics_);
    if (HasFailed()) return;
    if (IsToBeFound() && !FindTrusted()) return;
    for (TrustedPortion& server : servers_) {
      server.closure = CloseOver(graph_, SeedsOf(server));
      CheckClosure(server);
    }
    CheckOverlaps();
    for (TrustedPortion& server : servers_) {
      server.support = FindSupport(graph_, server.closure, server.policy->name,
                                   ForbiddenIn(server), diagnostics_);
    }
    for (const TrustedPortion& server : servers_) AddCrossings(server);
    CheckSeparated(policy_.separate, graph_, Contents(), diagnostics_);
    BoundDeclassified(policy_, graph_, placement_.crossings);
    AddFailures(policy_, text_, graph_, placement_.crossings, diagnostics_);
    CheckOutlinedReach(policy_.outlined, graph_, placement_.crossings,
                       diagnostics_);
    for (const TrustedPortion& server : servers_)
      WarnOfCrossings(server, main_->name, graph_, placement_.crossings,
                      diagnostics_);
    if (found_) CheckFound();
    CheckHandles(
        policy_, text_, graph_, handles_, placement_.crossings,
        [&](const std::string& id) { return IsInMain(id); }, diagnostics_);
    CheckStrict(policy_, graph_, placement_.crossings, diagnostics_);
    CheckDeclassified(policy_, text_, graph_, handles_, placement_.crossings,
                      diagnostics_);
    WriteSymbols();
  }

  // ---- Portions and names ----

  bool ChooseMainPortion() {
    std::vector<const PortionPolicy*> untrusted;
    for (const PortionPolicy& portion : policy_.portions) {
      if (!portion.trusted) untrusted.push_back(&portion);
    }
    if (policy_.portions.size() == 1) untrusted = {&policy_.portions.front()};
    if (untrusted.empty()) {
      PolicyError(policy_.portions.front(),
                  "no portion is untrusted: none can hold `main`",
                  "declare one portion `untrusted`");
      return false;
    }
    if (untrusted.size() > 1) {
      PolicyError(*untrusted[1],
                  fmt::format("portions `{}` and `{}` are both untrusted; more "
                              "than one is not supported yet",
                              untrusted[0]->name, untrusted[1]->name),
                  "merge them into one");
      return false;
    }
    main_ = untrusted.front();
    for (const PortionPolicy& portion : policy_.portions) {
      if (&portion == main_) continue;
      servers_.emplace_back().policy = &portion;
      if (portion.functions.empty() && portion.credentials.empty()) {
        PolicyError(portion,
                    fmt::format("trusted portion `{}` names no function, so "
                                "and uses no credential, so nothing would run "
                                "in it",
                                portion.name),
                    "say `uses CREDENTIAL;`, or name its functions: `function "
                    "load_key, sign;`");
      }
    }
    return true;
  }

  std::vector<ClosureSeed> SeedsOf(const TrustedPortion& server) const {
    if (found_) return FoundSeeds(*found_, IndexOf(server), graph_.flow());
    std::vector<ClosureSeed> seeds;
    for (const std::string& name : server.policy->functions) {
      seeds.push_back(
          {graph_.FunctionsNamed(name).front()->id, "named in the policy"});
    }
    return seeds;
  }

  // In the placement problem, where 0 is main's.
  uint32_t IndexOf(const TrustedPortion& server) const {
    return static_cast<uint32_t>(&server - servers_.data()) + 1;
  }

  // ---- What no policy names ----

  // A trusted portion with credentials alone, or a word of what may be told of
  // them: then who is trusted follows.
  bool IsToBeFound() const {
    if (servers_.empty()) return false;
    return !policy_.declassified.empty() ||
           std::ranges::any_of(servers_, [](const TrustedPortion& server) {
             return server.policy->functions.empty();
           });
  }

  bool FindTrusted() {
    found_ = FindPlacement(policy_, text_, *main_, graph_, capabilities_,
                           diagnostics_);
    return found_.has_value();
  }

  // The closures are computed in another way than the placement was: what they
  // lead to must be the same.
  void CheckFound() {
    std::set<std::string> crossed;
    for (const Crossing& crossing : placement_.crossings)
      crossed.insert(crossing.function);
    for (const FlowFunction& function : graph_.flow().functions) {
      const bool is_there = IsInMain(function.id);
      if (crossed.contains(function.id) == found_->IsCrossed(function.id) &&
          (!is_there || found_->IsInMain(function.id)))
        continue;
      diagnostics_.Add(ErrorAtExtent(
          function.extent,
          fmt::format("the placement that was found and its check do not agree "
                      "on `{}`",
                      function.id),
          "name the functions of the trusted portions: `function load, "
          "sign;`"));
    }
  }

  // ---- What a closure must not hold ----

  void CheckClosure(const TrustedPortion& server) {
    for (const auto& [id, reason] : pinned_) {
      if (!server.closure.Holds(id)) continue;
      diagnostics_.Add(ErrorAtExtent(
          graph_.Function(id)->extent,
          fmt::format("`{}` would have to be in trusted portion `{}`, but {}: "
                      "{}",
                      id, server.policy->name, reason, server.closure.Path(id)),
          "keep what it shares with the portion behind a function that the "
          "policy names there"));
    }
    for (const auto& [id, member] : server.closure.members()) {
      if (const FlowGlobal* global = graph_.Global(id)) {
        CheckGlobal(server, *global);
      } else {
        CheckFunction(server, *graph_.Function(id));
      }
    }
    for (const std::string& passed : graph_.passed())
      CheckPassed(server, passed);
  }

  // What would be written there would be lost when the call ends.
  void CheckPassed(const TrustedPortion& server, const std::string& passed) {
    for (const FlowEdge* write : WritesOf(graph_, passed)) {
      if (!server.closure.Holds(write->from)) continue;
      diagnostics_.Add(ErrorAtSite(
          write->site,
          fmt::format("`{}` of portion `{}` {} `{}`, which is only passed "
                      "there: nothing comes back",
                      write->from, server.policy->name,
                      write->kind == EdgeKind::kWrite ? "changes"
                                                      : "takes the address of",
                      passed),
          "keep this function out of the portion, or leave the global out of "
          "`pass`"));
    }
  }

  void CheckGlobal(const TrustedPortion& server, const FlowGlobal& global) {
    if (global.is_thread_local) {
      diagnostics_.Add(ErrorAtExtent(
          global.extent,
          fmt::format("`{}` of portion `{}` is thread-local: the calls of all "
                      "threads are answered by one",
                      global.id, server.policy->name),
          "keep this state in an ordinary variable, or with the caller"));
    }
    if (!global.address_taken || IsAddressed(global.id)) return;
    diagnostics_.Add(ErrorAtExtent(
        global.extent,
        fmt::format("the address of `{}` of portion `{}` is taken where the "
                    "analysis does not see by whom",
                    global.id, server.policy->name),
        "use it by name in functions of the portion"));
  }

  bool IsAddressed(std::string_view id) const {
    return std::ranges::any_of(graph_.To(id), [](const FlowEdge* edge) {
      return edge->kind == EdgeKind::kAddress;
    });
  }

  void CheckFunction(const TrustedPortion& server,
                     const FlowFunction& function) {
    if (!function.address_taken || IsAddressed(function.id)) return;
    diagnostics_.Add(ErrorAtExtent(
        function.extent,
        fmt::format("the address of `{}` of portion `{}` is taken where the "
                    "analysis does not see by whom",
                    function.id, server.policy->name),
        "call it by name"));
  }

  void CheckOverlaps() {
    std::map<std::string, const TrustedPortion*, std::less<>> owners;
    for (const TrustedPortion& server : servers_) {
      for (const auto& [id, member] : server.closure.members()) {
        const auto [owner, is_new] = owners.emplace(id, &server);
        if (!is_new) ReportOverlap(*owner->second, server, id);
      }
    }
  }

  void ReportOverlap(const TrustedPortion& first, const TrustedPortion& second,
                     const std::string& id) {
    const FlowFunction* function = graph_.Function(id);
    diagnostics_.Add(ErrorAtExtent(
        function ? function->extent : graph_.Global(id)->extent,
        fmt::format("`{}` would have to be in two trusted portions: `{}` ({}) "
                    "and `{}` ({})",
                    id, first.policy->name, first.closure.Path(id),
                    second.policy->name, second.closure.Path(id)),
        "separate the state, or make one portion of the two"));
  }

  Reasons ForbiddenIn(const TrustedPortion& server) const {
    Reasons forbidden;
    for (const auto& [id, reason] : pinned_) {
      forbidden[id] = fmt::format("`{}` stays in portion `{}`: {}", id,
                                  main_->name, reason);
    }
    for (const std::string& passed : graph_.passed())
      for (const FlowEdge* write : WritesOf(graph_, passed))
        forbidden[write->from] = fmt::format(
            "`{}` changes `{}`, or takes its address, and the policy passes "
            "its value only",
            write->from, passed);
    for (const TrustedPortion& other : servers_) {
      if (&other == &server) continue;
      for (const auto& [id, member] : other.closure.members()) {
        forbidden[id] = fmt::format(
            "`{}` is in portion `{}`, and calls between trusted portions are "
            "not supported yet",
            id, other.policy->name);
      }
    }
    return forbidden;
  }

  std::vector<PortionContents> Contents() const {
    std::vector<PortionContents> portions;
    portions.push_back([this](const std::string& id) { return IsInMain(id); });
    for (const TrustedPortion& server : servers_)
      portions.push_back([&server](const std::string& id) {
        return server.Has(id) || server.support.replicas.contains(id);
      });
    return portions;
  }

  // ---- Crossings ----

  void AddCrossings(const TrustedPortion& server) {
    bool is_called = false;
    for (const FlowFunction& function : graph_.flow().functions) {
      if (!server.closure.Holds(function.id)) continue;
      CheckAddresses(server, function);
      if (!IsCalledFromMain(server, function.id)) continue;
      is_called = true;
      crossing_ids_.insert(function.id);
      auto crossing = DescribeCrossing(
          WithArrays(function, server.policy->strings), diagnostics_,
          StringsOf(*server.policy, function), handles_);
      if (!crossing) continue;
      GuardArrays(function, server.policy->strings, *crossing);
      crossing->id = static_cast<uint32_t>(placement_.crossings.size()) + 1;
      crossing->from = main_->name;
      crossing->to = server.policy->name;
      AddPassed(server, *crossing);
      placement_.crossings.push_back(*std::move(crossing));
    }
    for (const StringParameter& string : server.policy->strings) {
      CheckString(string);
    }
    if (is_called) return;
    PolicyError(*server.policy,
                fmt::format("nothing outside portion `{}` calls a function of "
                            "it, so it would hold its credentials for nobody",
                            server.policy->name),
                "name the functions that the rest of the program calls");
  }

  void AddPassed(const TrustedPortion& server, Crossing& crossing) const {
    for (const std::string& id : graph_.passed()) {
      if (!server.support.replicas.contains(id)) continue;
      PassedGlobal passed = *DescribePassed(*graph_.Global(id));
      crossing.max_request_bytes +=
          passed.values.empty()
              ? passed.element_bytes * std::max<uint64_t>(passed.count, 1)
              : 1;  // a place in the list
      crossing.globals.push_back(std::move(passed));
    }
  }

  std::set<std::string> StringsOf(const PortionPolicy& portion,
                                  const FlowFunction& function) const {
    std::set<std::string> strings;
    for (const StringParameter& string : portion.strings) {
      const bool is_here =
          graph_.FunctionsNamed(string.function).front() == &function;
      if (is_here && string.count.empty()) strings.insert(string.parameter);
    }
    return strings;
  }

  void CheckString(const StringParameter& string) {
    const FlowFunction& function =
        *graph_.FunctionsNamed(string.function).front();
    if (!string.count.empty()) return CheckArray(function, string);
    const bool has = std::ranges::any_of(
        function.parameters,
        [&](const FlowParameter& p) { return p.name == string.parameter; });
    if (has) return;
    SpanError(string.span,
              fmt::format("`{}` has no parameter `{}`", string.function,
                          string.parameter),
              "name one as the definition does");
  }

  void CheckArray(const FlowFunction& function, const StringParameter& array) {
    if (const auto reason = WhyNoArray(function, array))
      SpanError(array.span, *reason,
                "name a pointer and an integer as the definition does");
  }

  bool IsCalledFromMain(const TrustedPortion& server,
                        std::string_view id) const {
    return std::ranges::any_of(graph_.To(id), [&](const FlowEdge* edge) {
      return edge->kind == EdgeKind::kCall && !server.Has(edge->from);
    });
  }

  void CheckAddresses(const TrustedPortion& server,
                      const FlowFunction& function) {
    for (const FlowEdge* edge : graph_.To(function.id)) {
      if (edge->kind != EdgeKind::kAddress || server.Has(edge->from)) continue;
      if (IsStubInTable(server, *edge)) continue;
      diagnostics_.Add(ErrorAtSite(
          edge->site,
          fmt::format("`{}` takes the address of `{}`, which is in portion "
                      "`{}`",
                      edge->from, function.id, server.policy->name),
          "call it by name, or through a function of this side that does"));
    }
  }

  // The stub has the function's type, so it is the entry of the other side's
  // tables; who calls it there is seen to call across.
  bool IsStubInTable(const TrustedPortion& server, const FlowEdge& edge) const {
    return graph_.Global(edge.from) != nullptr &&
           IsCalledFromMain(server, edge.to);
  }

  // ---- The result ----

  void WriteSymbols() {
    for (const PortionPolicy& portion : policy_.portions) {
      PortionPlacement& placed = placement_.portions.emplace_back();
      placed.name = portion.name;
      placed.holds_main = &portion == main_;
      for (const FlowFunction& function : graph_.flow().functions) {
        placed.symbols.push_back(Symbol(portion, function.id, "function"));
      }
      for (const FlowGlobal& global : graph_.flow().globals) {
        placed.symbols.push_back(Symbol(portion, global.id, "global"));
      }
    }
  }

  PlacedSymbol Symbol(const PortionPolicy& portion, const std::string& id,
                      std::string kind) const {
    PlacedSymbol symbol{id, std::move(kind), "", ""};
    std::tie(symbol.role, symbol.reason) =
        &portion == main_ ? RoleInMain(id) : RoleIn(*ServerOf(portion), id);
    return symbol;
  }

  const TrustedPortion* ServerOf(const PortionPolicy& portion) const {
    for (const TrustedPortion& server : servers_) {
      if (server.policy == &portion) return &server;
    }
    return nullptr;
  }

  using Role = std::pair<std::string, std::string>;

  bool IsInMain(const std::string& id) const {
    const std::string role = RoleInMain(id).first;
    return role == "placed" || role == "replica";
  }

  Role RoleInMain(const std::string& id) const {
    for (const TrustedPortion& server : servers_) {
      const std::string& name = server.policy->name;
      if (crossing_ids_.contains(id) && server.closure.Holds(id)) {
        return {"stub", fmt::format("calls go to portion `{}`", name)};
      }
      if (server.Has(id)) {
        return {"absent", fmt::format("it is in portion `{}` only", name)};
      }
      if (server.support.replicas.contains(id) && found_ &&
          !found_->IsInMain(id)) {
        return {"absent", "only trusted portions use it"};
      }
      if (server.support.replicas.contains(id)) {
        return {"replica", fmt::format("portion `{}` has a copy too", name)};
      }
    }
    if (servers_.empty()) return {"placed", "the program is not split"};
    const auto pinned = pinned_.find(id);
    if (pinned != pinned_.end()) return {"placed", pinned->second};
    return {"placed", "no trusted portion needs it"};
  }

  Role RoleIn(const TrustedPortion& server, const std::string& id) const {
    const auto member = server.closure.members().find(id);
    if (member != server.closure.members().end()) {
      return {"placed", member->second.reason};
    }
    const auto own = server.support.own.find(id);
    if (own != server.support.own.end()) return {"placed", own->second};
    const auto replica = server.support.replicas.find(id);
    if (replica != server.support.replicas.end()) {
      return {"replica", replica->second};
    }
    if (IsUnusedConstant(id)) {
      return {"replica", "a constant that only its size may be used of"};
    }
    return {"absent",
            fmt::format("portion `{}` does not need it", server.policy->name)};
  }

  // `sizeof` leaves no edge, so such a constant may be needed to compile.
  bool IsUnusedConstant(const std::string& id) const {
    const FlowGlobal* global = graph_.Global(id);
    return global && !graph_.IsState(id) && global->function.empty() &&
           graph_.To(id).empty() && graph_.From(id).empty();
  }

  void PolicyError(const PortionPolicy& portion, std::string message,
                   std::string hint) {
    SpanError(portion.span, std::move(message), std::move(hint));
  }

  void SpanError(SourceSpan span, std::string message, std::string hint) {
    diagnostics_.Add(ErrorAt(text_, span, std::move(message), std::move(hint)));
  }

  bool HasFailed() const { return diagnostics_.error_count() > errors_before_; }

  const Policy& policy_;
  const SourceText& text_;
  ProgramGraph graph_;
  Diagnostics& diagnostics_;
  const std::span<const Capability> capabilities_;
  const size_t errors_before_ = diagnostics_.error_count();

  const PortionPolicy* main_ = nullptr;
  std::vector<TrustedPortion> servers_;
  std::optional<FoundPlacement> found_;  // where the policy left it open
  Reasons pinned_;
  HandleTypes handles_;  // functions that stay in main's portion
  std::set<std::string, std::less<>> crossing_ids_;
  Placement placement_;
};

}  // namespace

Result<Placement> PlaceProgram(const Policy& policy,
                               const SourceText& policy_text, const Flow& flow,
                               Diagnostics& diagnostics,
                               std::span<const Capability> capabilities) {
  CHECK(!policy.portions.empty());
  return Placer(policy, policy_text, flow, diagnostics, capabilities).Place();
}

void ApplyPlacement(Placement placement, Plan& plan) {
  for (PortionPlacement& placed : placement.portions) {
    const auto portion =
        std::ranges::find(plan.portions, placed.name, &PlanPortion::name);
    CHECK(portion != plan.portions.end());
    portion->holds_main = placed.holds_main;
    portion->symbols = std::move(placed.symbols);
  }
  plan.crossings = std::move(placement.crossings);
}

}  // namespace bailey::policy
