#include "policy-compiler/split/placement_conditions.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

#include "policy-compiler/split/crossing_rules.h"
#include "policy-compiler/split/exposed_parameters.h"
#include "policy-compiler/split/handle_types.h"
#include "policy-compiler/split/passed_globals.h"

namespace bailey::policy {
namespace {

// What an author may write, by how much is given up by it: the cheapest that
// helps is proposed.
// A global that is passed tells nothing of a key. A function that is called
// across tells an errno at least, and what it is passed is an attacker's, too.
constexpr uint64_t kPassCost = 10;
constexpr uint64_t kDeclassifyCost = 10;
constexpr uint64_t kSeparateCost = 10'000;
// A result of one word, and an errno.
constexpr uint64_t kWordBits = 64 + 12;
// Of what has no size that is known.
constexpr uint64_t kUnboundedBits = uint64_t{1} << 20;

uint64_t LinesOf(const SourceExtent& extent) {
  return extent.end_line < extent.line
             ? 1
             : static_cast<uint64_t>(extent.end_line - extent.line) + 1;
}

class ConditionWriter {
 public:
  ConditionWriter(const Policy& policy, const PortionPolicy& main,
                  const ProgramGraph& graph)
      : policy_(policy),
        main_(main),
        graph_(graph),
        handles_(FindHandleTypes(policy, main, graph)) {
    for (const FlowFunction& each : graph.flow().functions)
      for (const std::string& structure : each.looks_into)
        lookers_[structure].push_back(&each);
  }

  PlacementProblem Describe(std::span<const Capability> capabilities) {
    AddPortions();
    AddSymbols();
    FindTold();
    for (const FlowFunction& each : graph_.flow().functions) AddFunction(each);
    for (const FlowGlobal& each : graph_.flow().globals) AddGlobal(each);
    AddNames();
    for (const FlowSource& each : graph_.flow().sources) AddSource(each);
    for (const PlanCredential& each : policy_.credentials) AddHolders(each);
    for (const Capability& each : capabilities) NoteOpened(each);
    for (const Capability& each : capabilities) AddOpened(each);
    return std::move(problem_);
  }

 private:
  static constexpr uint32_t kMain = 0;

  void AddPortions() {
    portions_.push_back(&main_);
    for (const PortionPolicy& each : policy_.portions)
      if (&each != &main_) portions_.push_back(&each);
    for (const PortionPolicy* each : portions_)
      problem_.portions.push_back(each->name);
  }

  void AddSymbols() {
    const auto add = [&](const std::string& id, uint64_t lines) {
      numbers_[id] = static_cast<uint32_t>(problem_.symbols.size());
      problem_.symbols.push_back(
          {id, graph_.IsInUnit(id) ? lines : 0, 0, false});
    };
    for (const FlowFunction& each : graph_.flow().functions)
      add(each.id, LinesOf(each.extent));
    for (const FlowGlobal& each : graph_.flow().globals)
      add(each.id, LinesOf(each.extent));
  }

  uint32_t NumberOf(std::string_view id) const {
    return numbers_.find(id)->second;
  }

  void Add(std::vector<PlacementLiteral> any_of, std::string reason = "",
           std::string change = "", uint64_t change_cost = 0) {
    problem_.conditions.push_back(
        {std::move(any_of), std::move(reason), std::move(change), change_cost});
  }

  // `user` is nowhere without `used`.
  void Needs(uint32_t user, uint32_t used, const std::string& reason) {
    for (const uint32_t portion : {kMain, kEachTrusted})
      Add({{user, portion, false}, {used, portion, true}}, reason);
  }

  void IsSomewhere(uint32_t symbol) {
    std::vector<PlacementLiteral> any_of;
    for (uint32_t p = 0; p < problem_.portions.size(); ++p)
      any_of.push_back({symbol, p, true});
    Add(std::move(any_of));
  }

  // ---- What functions tell, and give back ----

  void FindTold() {
    for (const FlowExposure& each : graph_.flow().exposures) {
      if (IsBehindHandle(each)) continue;
      const auto caller = numbers_.find(each.caller);
      if (caller != numbers_.end() && each.confidence != Confidence::kAssumed)
        MayGet(each.label, caller->second);
      const FlowFunction* callee = graph_.Function(each.callee);
      if (callee == nullptr || IsInOnly(*callee, each.parameter)) continue;
      told_.try_emplace(each.callee, &each);
    }
  }

  // Who only keeps a handle does not get at what is behind it.
  bool IsBehindHandle(const FlowExposure& exposure) const {
    const FlowFunction* callee = graph_.Function(exposure.callee);
    const FlowFunction* caller = graph_.Function(exposure.caller);
    if (callee == nullptr || caller == nullptr) return false;
    const TypeInfo* type = &callee->return_type;
    if (exposure.parameter >= 0) {
      const auto index = static_cast<size_t>(exposure.parameter);
      if (!IsCountedAlike(*callee) || index >= callee->parameters.size())
        return false;
      type = &callee->parameters[index].type;
    }
    return IsHandle(*type, handles_) &&
           !LooksInto(*caller, type->pointee.spelling);
  }

  const Declassification* DeclassificationOf(
      const FlowFunction& function) const {
    const auto found =
        std::ranges::find_if(policy_.declassified, [&](const auto& each) {
          return policy::IsNamed(function, each.function);
        });
    return found == policy_.declassified.end() ? nullptr : &*found;
  }

  bool IsNamed(const FlowFunction& function) const {
    return std::ranges::any_of(
        policy_.portions, [&](const PortionPolicy& portion) {
          return &portion != &main_ &&
                 std::ranges::any_of(portion.functions,
                                     [&](const std::string& name) {
                                       return policy::IsNamed(function, name);
                                     });
        });
  }

  // ---- Functions ----

  void AddFunction(const FlowFunction& function) {
    const uint32_t number = NumberOf(function.id);
    IsSomewhere(number);
    if (function.address_taken && !IsAddressed(function.id))
      Add({{number, kMain, true}},
          fmt::format("the address of `{}` is taken where the analysis does "
                      "not see by whom",
                      function.id));
    for (const std::string& local : graph_.StaticLocals(function.id))
      Needs(number, NumberOf(local), "");
    std::map<uint32_t, uint32_t> calls;
    for (const FlowEdge* edge : graph_.From(function.id)) {
      const uint32_t used = NumberOf(edge->to);
      if (edge->kind == EdgeKind::kCall) {
        ++calls[used];
      } else {
        Needs(number, used,
              fmt::format("`{}` uses `{}`", function.id, edge->to));
      }
    }
    for (const auto& [callee, sites] : calls) AddCall(number, callee, sites);
  }

  bool IsAddressed(std::string_view id) const {
    return std::ranges::any_of(graph_.To(id), [](const FlowEdge* edge) {
      return edge->kind == EdgeKind::kAddress;
    });
  }

  void AddCall(uint32_t caller, uint32_t callee, uint32_t sites) {
    const FlowFunction& called = *graph_.Function(problem_.symbols[callee].id);
    problem_.calls.push_back({caller, callee, sites});
    Add({{caller, kEachTrusted, false}, {callee, kEachTrusted, true}},
        fmt::format("`{}` calls `{}`, and a trusted portion calls nobody back",
                    problem_.symbols[caller].id, called.id));
    AddHandles(caller, callee);
    const Barrier& barrier = BarrierBefore(called);
    if (!barrier.is_closed) return;
    Add({{caller, kMain, false}, {callee, kMain, true}},
        fmt::format("`{}` calls `{}`{}", problem_.symbols[caller].id, called.id,
                    barrier.reason),
        barrier.change, barrier.change_cost);
  }

  // Where a call crosses, nobody on its caller's side looks into what is a
  // handle there.
  void AddHandles(uint32_t caller, uint32_t callee) {
    const FlowFunction& called = *graph_.Function(problem_.symbols[callee].id);
    for (const std::string& structure : HandlesOf(called, handles_))
      for (const FlowFunction* looker : lookers_[structure])
        Add({{caller, kMain, false},
             {callee, kMain, true},
             {NumberOf(looker->id), kMain, false}},
            fmt::format(
                "`{}` looks into a `{}`, of which `{}` has only handles "
                "if its call of `{}` crosses",
                looker->id, structure, problem_.symbols[caller].id, called.id));
  }

  // Whether a function can be called across, and what would let it.
  struct Barrier {
    bool is_closed = false;
    std::string reason = {};
    std::string change = {};
    uint64_t change_cost = 0;
  };

  const Barrier& BarrierBefore(const FlowFunction& function) {
    const auto [found, added] = barriers_.try_emplace(function.id);
    if (added) found->second = FindBarrier(function);
    return found->second;
  }

  Barrier FindBarrier(const FlowFunction& function) {
    if (IsNamed(function)) return {};  // whatever is wrong is said there
    Diagnostics refusals;
    const auto crossing = Describe(function, handles_, refusals);
    if (!crossing)
      return OrHandle(function, {true, ": " + refusals.all().front().message});
    const uint64_t bits = BitsOf(*crossing);
    if (DeclassificationOf(function)) {
      problem_.symbols[NumberOf(function.id)].told_bits = bits;
      return {};
    }
    const auto told = told_.find(function.id);
    return {true,
            told != told_.end()
                ? Telling(*told->second)
                : ", of which the policy does not say that an attacker may "
                  "call it",
            WordFor(function, *crossing), CostOfTelling(bits)};
  }

  static std::optional<Crossing> Describe(const FlowFunction& function,
                                          const HandleTypes& handles,
                                          Diagnostics& refusals) {
    return DescribeCrossing(function, refusals, {}, handles);
  }

  // Perhaps it could, if what it takes and gives were handles: then who gives
  // them has to be said to, itself if it is one of those.
  Barrier OrHandle(const FlowFunction& function, Barrier barrier) const {
    const HandleTypes possible = AllReturned();
    Diagnostics refusals;
    const auto crossing = Describe(function, possible, refusals);
    if (!crossing) return barrier;
    std::set<std::string> words;
    if (!DeclassificationOf(function) && !crossing->returns_handle)
      words.insert(WordFor(function, *crossing));
    for (const std::string& each : HandlesOf(function, possible)) {
      if (handles_.contains(each)) continue;
      const std::string word = WordForGiver(function, each, possible);
      if (word.empty()) return barrier;
      words.insert(word);
    }
    for (const std::string& each : words)
      barrier.change += (barrier.change.empty() ? "" : " ") + each;
    barrier.change_cost = CostOfTelling(BitsOf(*crossing));
    return barrier;
  }

  // Structures of which some function returns pointers, which no copy would be
  // made of.
  HandleTypes AllReturned() const {
    HandleTypes types = handles_;
    for (const FlowFunction& each : graph_.flow().functions)
      if (MayBeHandle(each.return_type) && !each.return_type.pointee.is_flat)
        types.insert(each.return_type.pointee.spelling);
    return types;
  }

  // `function` itself, or the first that could be called across.
  std::string WordForGiver(const FlowFunction& function,
                           const std::string& structure,
                           const HandleTypes& possible) const {
    const auto word = [&](const FlowFunction& each) -> std::string {
      Diagnostics refusals;
      if (!MayBeHandle(each.return_type) ||
          each.return_type.pointee.spelling != structure)
        return "";
      const auto crossing = Describe(each, possible, refusals);
      return crossing ? WordFor(each, *crossing) : "";
    };
    if (std::string own = word(function); !own.empty()) return own;
    for (const FlowFunction& each : graph_.flow().functions)
      if (std::string found = word(each); !found.empty()) return found;
    return "";
  }

  static uint64_t BitsOf(const Crossing& crossing) {
    return std::min(BitsBack(crossing).value_or(kUnboundedBits),
                    kUnboundedBits);
  }

  // What the author would have to say.
  static std::string WordFor(const FlowFunction& function,
                             const Crossing& crossing) {
    const uint64_t bits = BitsOf(crossing);
    return fmt::format("declassify {} -> {}, at most {} bits per call;",
                       PolicyName(function),
                       crossing.returns_handle ? "handle"
                       : bits <= kWordBits     ? "verdict"
                                               : "value",
                       bits);
  }

  static uint64_t CostOfTelling(uint64_t bits) {
    return kDeclassifyCost + std::min(bits, kSeparateCost / 20);
  }

  std::string Telling(const FlowExposure& exposure) const {
    const FlowFunction& callee = *graph_.Function(exposure.callee);
    const auto index = static_cast<size_t>(exposure.parameter);
    const std::string where =
        exposure.parameter < 0 ? "by its result"
        : index < callee.parameters.size() && IsCountedAlike(callee)
            ? fmt::format("by `{}`", callee.parameters[index].name)
            : "by a parameter";
    return fmt::format(
        ", which tells `{}` {} what {} on `{}` ({}:{})", exposure.caller, where,
        exposure.confidence == Confidence::kAssumed ? "is assumed to depend"
                                                    : "depends",
        exposure.label, exposure.site.file, exposure.site.line);
  }

  // ---- Globals ----

  void AddGlobal(const FlowGlobal& global) {
    const uint32_t number = NumberOf(global.id);
    IsSomewhere(number);
    for (const FlowEdge* edge : graph_.From(global.id))
      AddPointer(number, *edge);
    if (graph_.IsPassed(global.id)) return AddPassed(global);
    if (!graph_.IsState(global.id)) return;
    AddState(number, global);
    // A static local is nowhere without its function.
    if (!global.function.empty() && graph_.Function(global.function))
      Needs(number, NumberOf(global.function), "");
    const bool stays = global.is_thread_local ||
                       (global.address_taken && !IsAddressed(global.id));
    if (stays)
      Add({{number, kMain, true}},
          global.is_thread_local
              ? fmt::format("`{}` is thread-local, and the calls of all "
                            "threads are answered by one",
                            global.id)
              : fmt::format("the address of `{}` is taken where the analysis "
                            "does not see by whom",
                            global.id));
  }

  // A table of main's portion may have a stub for an entry; a trusted one calls
  // nobody back.
  void AddPointer(uint32_t holder, const FlowEdge& edge) {
    const std::string reason =
        fmt::format("`{}` points to `{}`", edge.from, edge.to);
    const uint32_t used = NumberOf(edge.to);
    Add({{holder, kEachTrusted, false}, {used, kEachTrusted, true}}, reason);
    const FlowFunction* function = graph_.Function(edge.to);
    const bool has_stub = function != nullptr && IsCalled(edge.to) &&
                          !BarrierBefore(*function).is_closed;
    if (!has_stub) Add({{holder, kMain, false}, {used, kMain, true}}, reason);
  }

  bool IsCalled(std::string_view id) const {
    return std::ranges::any_of(graph_.To(id), [](const FlowEdge* edge) {
      return edge->kind == EdgeKind::kCall;
    });
  }

  // State is in one portion, unless the author passes it, or makes it separate.
  void AddState(uint32_t number, const FlowGlobal& global) {
    const std::string reason = fmt::format(
        "`{}` is state of the program, of which there is one", global.id);
    const bool may_be_separate = global.function.empty() &&
                                 graph_.GlobalsNamed(global.name).size() == 1 &&
                                 !HoldsCredential(graph_, global.id);
    const std::string separate =
        may_be_separate ? fmt::format("separate {};", global.name) : "";
    const bool may_be_passed =
        may_be_separate && !WhyNotPassed(graph_, global).has_value();
    const std::string change =
        may_be_passed ? fmt::format("pass {};", global.name) : separate;
    const uint64_t cost = may_be_passed ? kPassCost : kSeparateCost;
    Add({{number, kMain, false}, {number, kEachTrusted, false}}, reason, change,
        cost);
    for (uint32_t p = 1; p < problem_.portions.size(); ++p)
      for (uint32_t q = p + 1; q < problem_.portions.size(); ++q)
        Add({{number, p, false}, {number, q, false}}, reason, change, cost);
    if (may_be_passed) AddWriters(number, global, reason, separate);
  }

  // What the above implies, and still holds of what is passed: main's portion
  // has it, and all who change it.
  void AddWriters(uint32_t number, const FlowGlobal& global,
                  const std::string& reason, const std::string& separate) {
    const uint64_t cost = kSeparateCost - kPassCost;
    for (const FlowEdge* write : WritesOf(graph_, global.id)) {
      const uint32_t writer = NumberOf(write->from);
      Add({{number, kMain, false}, {writer, kEachTrusted, false}}, reason,
          separate, cost);
      for (uint32_t p = 1; p < problem_.portions.size(); ++p)
        for (uint32_t q = 1; q < problem_.portions.size(); ++q)
          if (p != q)
            Add({{number, p, false}, {writer, q, false}}, reason, separate,
                cost);
    }
  }

  // Main's portion owns it; elsewhere it is only read.
  void AddPassed(const FlowGlobal& global) {
    Add({{NumberOf(global.id), kMain, true}},
        fmt::format("`{}` is passed from portion `{}`", global.id, main_.name));
    for (const FlowEdge* write : WritesOf(graph_, global.id))
      Add({{NumberOf(write->from), kEachTrusted, false}},
          fmt::format("`{}` changes `{}`, or takes its address, and the policy "
                      "passes its value only",
                      write->from, global.id));
  }

  // ---- The policy's words ----

  void StaysInMain(const std::string& name, const std::string& reason,
                   const std::string& change) {
    const uint32_t number = NumberOf(graph_.FunctionsNamed(name).front()->id);
    Add({{number, kMain, true}}, reason, change);
    Add({{number, kEachTrusted, false}}, reason, change);
  }

  void AddNames() {
    StaysInMain(
        "main",
        fmt::format("`main` starts the program, in portion `{}`", main_.name),
        "");
    for (const std::string& each : main_.input_functions)
      StaysInMain(each,
                  fmt::format("`{}` is an input function of portion `{}`", each,
                              main_.name),
                  "");
    for (const std::string& each : main_.functions)
      StaysInMain(each,
                  fmt::format("the policy names `{}` in portion `{}`", each,
                              main_.name),
                  "");
    uint32_t portion = 0;
    for (const PortionPolicy& each : policy_.portions) {
      if (&each == &main_) continue;
      ++portion;
      for (const std::string& name : each.functions) AddSeed(name, portion);
    }
    for (const Declassification& each : policy_.declassified)
      AddInterface(each.function);
  }

  // What an attacker may call is in one portion, and not in his.
  void AddInterface(const std::string& name) {
    const uint32_t number = NumberOf(graph_.FunctionsNamed(name).front()->id);
    const std::string reason = fmt::format(
        "`{}` is declassified, so it is in one trusted portion", name);
    Add({{number, kMain, false}}, reason);
    for (uint32_t p = 1; p < problem_.portions.size(); ++p)
      for (uint32_t q = p + 1; q < problem_.portions.size(); ++q)
        Add({{number, p, false}, {number, q, false}}, reason);
  }

  void AddSeed(const std::string& name, uint32_t portion) {
    const uint32_t number = NumberOf(graph_.FunctionsNamed(name).front()->id);
    for (uint32_t p = 0; p < problem_.portions.size(); ++p)
      Add({{number, p, p == portion}},
          fmt::format("the policy names `{}` in portion `{}`", name,
                      problem_.portions[portion]));
  }

  // ---- Credentials ----

  bool Uses(uint32_t portion, const std::string& credential) const {
    return std::ranges::find(portions_[portion]->credentials, credential) !=
           portions_[portion]->credentials.end();
  }

  // What only may get it fails where the credential is not: nothing leaks by
  // that, and keeping it out of main's portion is the cost's matter.
  void AddSource(const FlowSource& source) {
    const auto number = numbers_.find(source.function);
    if (number == numbers_.end()) return;
    if (source.confidence != Confidence::kProved) {
      MayGet(source.label, number->second);
      return;
    }
    may_get_[source.label].insert(number->second);
    const std::string reason =
        fmt::format("`{}` gets `{}` ({}:{})", source.function, source.label,
                    source.site.file, source.site.line);
    std::vector<PlacementLiteral> holders;
    for (uint32_t p = 0; p < problem_.portions.size(); ++p) {
      const bool holds = Uses(p, source.label);
      if (holds) holders.push_back({number->second, p, true});
      if (!holds) Add({{number->second, p, false}}, reason);
    }
    if (!holders.empty()) Add(std::move(holders), reason);
  }

  void MayGet(const std::string& credential, uint32_t symbol) {
    problem_.symbols[symbol].may_get = true;
    may_get_[credential].insert(symbol);
  }

  // Else the credential would be there for nobody.
  void AddHolders(const PlanCredential& credential) {
    std::vector<PlacementLiteral> there;
    std::vector<PlacementLiteral> away;
    for (const uint32_t each : may_get_[credential.name]) {
      away.push_back({each, kMain, false});
      for (uint32_t p = 1; p < portions_.size(); ++p)
        if (Uses(p, credential.name)) there.push_back({each, p, true});
    }
    if (there.empty()) return;
    const std::string reason = fmt::format(
        "some function that gets `{}` must be in the portion that uses it, and "
        "some not be where it is not",
        credential.name);
    Add(std::move(there), reason);
    Add(std::move(away), reason);
  }

  // ---- Files ----

  static bool Reaches(const PortionPolicy& portion,
                      const Capability& capability) {
    const bool writes = std::ranges::any_of(
        capability.access, [](const auto& each) { return each != "read"; });
    return std::ranges::any_of(portion.files, [&](const PlanFileRule& rule) {
      return RuleCovers(rule, capability.name) &&
             (writes ? rule.write : rule.read);
    });
  }

  using OpenPlace = std::tuple<std::string, int, int>;
  static OpenPlace PlaceOf(const SourceSite& site) {
    return {site.file, site.line, site.column};
  }

  void NoteOpened(const Capability& capability) {
    if (capability.kind != CapabilityKind::kFile) return;
    for (const SourceSite& site : capability.sites)
      opened_[PlaceOf(site)].insert(capability.name);
  }

  // Of a place that opens what it is told to, each portion's own copy is told
  // something else.
  void AddOpened(const Capability& capability) {
    const bool is_name = capability.kind == CapabilityKind::kFile &&
                         capability.name.starts_with('/') &&
                         capability.name.find('*') == std::string::npos;
    if (!is_name) return;
    std::vector<uint32_t> without;
    for (uint32_t p = 0; p < problem_.portions.size(); ++p)
      if (!Reaches(*portions_[p], capability)) without.push_back(p);
    if (without.size() == problem_.portions.size()) return;
    for (const SourceSite& site : capability.sites) {
      const auto number = numbers_.find(site.function);
      const bool is_only = opened_[PlaceOf(site)].size() == 1;
      if (number == numbers_.end() || !is_only) continue;
      for (const uint32_t p : without)
        Add({{number->second, p, false}},
            fmt::format("`{}` opens {} ({}:{}), which no rule of portion `{}` "
                        "reaches",
                        site.function, capability.name, site.file, site.line,
                        problem_.portions[p]));
    }
  }

  const Policy& policy_;
  const PortionPolicy& main_;
  const ProgramGraph& graph_;
  const HandleTypes handles_;
  std::map<std::string, std::vector<const FlowFunction*>, std::less<>> lookers_;
  std::vector<const PortionPolicy*> portions_;  // as in the problem
  PlacementProblem problem_;
  std::map<std::string, std::set<uint32_t>> may_get_;  // by credential
  std::map<OpenPlace, std::set<std::string>> opened_;  // names
  std::map<std::string, uint32_t, std::less<>> numbers_;
  std::map<std::string, const FlowExposure*, std::less<>> told_;
  std::map<std::string, Barrier, std::less<>> barriers_;
};

}  // namespace

PlacementProblem DescribePlacement(const Policy& policy,
                                   const PortionPolicy& main,
                                   const ProgramGraph& graph,
                                   std::span<const Capability> capabilities) {
  return ConditionWriter(policy, main, graph).Describe(capabilities);
}

}  // namespace bailey::policy
