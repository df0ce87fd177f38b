#include "analyzer/flow/switch_points.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

#include "analyzer/flow/call_reach.h"
#include "analyzer/flow/phase_callers.h"
#include "analyzer/parallel.h"

namespace bailey::analyzer {
namespace {

using Kind = SwitchCandidate::Kind;

// Wait for one of several events, or for the next client.
constexpr std::array kEventWaits =
    std::to_array<std::string_view>({"__poll_chk",
                                     "__ppoll_chk",
                                     "accept",
                                     "accept4",
                                     "epoll_pwait",
                                     "epoll_pwait2",
                                     "epoll_wait",
                                     "io_getevents",
                                     "io_uring_enter",
                                     "io_uring_submit_and_wait",
                                     "io_uring_wait_cqe",
                                     "io_uring_wait_cqe_timeout",
                                     "pause",
                                     "poll",
                                     "ppoll",
                                     "pselect",
                                     "select",
                                     "sigsuspend",
                                     "sigtimedwait",
                                     "sigwait",
                                     "sigwaitinfo"});

// Wait for one thing.
constexpr std::array kOtherWaits = std::to_array<std::string_view>(
    {"__recv_chk", "__recvfrom_chk", "mq_receive", "mq_timedreceive", "msgrcv",
     "pthread_cond_timedwait", "pthread_cond_wait", "recv", "recvfrom",
     "recvmmsg", "recvmsg", "sem_timedwait", "sem_wait", "wait", "wait3",
     "wait4", "waitid", "waitpid"});

// The loops of libraries: they call back.
constexpr std::array kEventLoops = std::to_array<std::string_view>(
    {"ev_run", "event_base_dispatch", "event_base_loop", "event_dispatch",
     "event_loop", "g_application_run", "g_main_context_iteration",
     "g_main_loop_run", "sd_event_loop", "uv_run"});

bool Among(const auto& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool WaitsForEvents(std::string_view symbol) {
  return Among(kEventWaits, symbol) || Among(kEventLoops, symbol);
}

bool Waits(std::string_view symbol) {
  return WaitsForEvents(symbol) || Among(kOtherWaits, symbol);
}

// What code outside may have called, directly or not: a switch point there has
// all of the program in its serving set, since whatever was interrupted goes
// on.
std::vector<bool> CalledByOutside(const PhaseGraph& graph) {
  std::vector<bool> called(graph.functions.size(), false);
  std::vector<uint32_t> waiting;
  bool any = false;
  const auto enter = [&](uint32_t function) {
    if (called[function]) return;
    called[function] = true;
    waiting.push_back(function);
  };
  const auto enter_if = [&](bool PhaseFunction::* flag) {
    for (uint32_t f = 0; f < graph.functions.size(); ++f)
      if (graph.functions[f].*flag) enter(f);
  };
  enter_if(&PhaseFunction::called_back);
  while (!waiting.empty()) {
    const uint32_t function = waiting.back();
    waiting.pop_back();
    for (const PhaseNode& node : graph.functions[function].nodes) {
      for (const uint32_t callee : node.callees) enter(callee);
      if (node.calls_any && !std::exchange(any, true))
        enter_if(&PhaseFunction::pointed);
    }
  }
  return called;
}

// All nodes of a function.
std::vector<uint32_t> NodesOf(const PhaseFunction& function) {
  std::vector<uint32_t> nodes(function.nodes.size());
  std::iota(nodes.begin(), nodes.end(), 0);
  return nodes;
}

class Finder {
 public:
  explicit Finder(const ProgramPhases& phases)
      : phases_(phases),
        callers_(phases.graph()),
        all_(AllPhases(phases.graph(), callers_)),
        in_callbacks_(CalledByOutside(phases.graph())) {
    for (const SymbolCall& call : phases.symbol_calls())
      if (Waits(NameOf(call)) && IsReached(call.place)) waits_.push_back(&call);
  }

  std::vector<SwitchCandidate> Find() {
    AddAnnotation();
    if (!found_.empty()) return Finish();
    AddLoops(/*any=*/false);
    // Through calls of which nobody knows where they go, all waits for all.
    if (std::ranges::none_of(found_, &SwitchCandidate::waits_for_events))
      AddLoops(/*any=*/true);
    DropCallbacks();
    KeepBest();
    return Finish();
  }

 private:
  std::string_view NameOf(const SymbolCall& call) const {
    return phases_.symbols()[call.symbol];
  }

  SourceSite SiteOf(const SymbolCall& call) const {
    SourceSite site = *call.site;
    site.function = phases_.IdOf(call.place.function);
    return site;
  }

  bool IsReached(PhasePlace place) const {
    return all_[place.function][place.node];
  }

  const PhaseNode& NodeAt(PhasePlace place) const {
    return phases_.graph().functions[place.function].nodes[place.node];
  }

  // Every call of it: whichever comes first is the switch point.
  void AddAnnotation() {
    SwitchCandidate candidate;
    candidate.kind = Kind::kAnnotation;
    for (const SymbolCall& call : phases_.annotations()) {
      if (!IsReached(call.place)) continue;
      if (candidate.places.empty()) candidate.site = SiteOf(call);
      for (const uint32_t next : NodeAt(call.place).successors)
        candidate.places.push_back({call.place.function, next});
    }
    if (candidate.places.empty()) return;
    candidate.chain = phases_.ChainTo(candidate.places.front().function);
    found_.push_back(std::move(candidate));
  }

  void AddLoops(bool any) {
    found_.clear();
    reach_.emplace(phases_.graph(), any);
    group_waits_.clear();
    for (const SymbolCall* call : waits_)
      group_waits_.emplace(reach_->GroupOf(call->place.function),
                           NameOf(*call));
    for (const ProgramLoop& loop : phases_.loops()) AddLoop(loop);
    for (const SymbolCall* call : waits_)
      if (Among(kEventLoops, NameOf(*call))) AddCall(*call);
  }

  void AddLoop(const ProgramLoop& loop) {
    if (!IsReached(loop.header)) return;
    SwitchCandidate candidate;
    candidate.places = {loop.header};
    candidate.site = loop.site;
    candidate.bounded = loop.bounded;
    Describe(loop.nodes, candidate);
  }

  void AddCall(const SymbolCall& call) {
    SwitchCandidate candidate;
    candidate.kind = Kind::kCall;
    candidate.places = {call.place};
    candidate.site = SiteOf(call);
    const size_t before = found_.size();
    Describe({call.place.node}, candidate);
    if (found_.size() > before) found_.back().work += WorkOfCallbacks();
  }

  // A library's loop does what it calls back, at least the largest of it.
  size_t WorkOfCallbacks() const {
    const std::vector<PhaseFunction>& functions = phases_.graph().functions;
    size_t most = 0;
    for (uint32_t f = 0; f < functions.size(); ++f)
      if (functions[f].called_back)
        most = std::max(most,
                        reach_->From(f, NodesOf(functions[f])).functions + 1);
    return most;
  }

  void Describe(const std::vector<uint32_t>& nodes,
                SwitchCandidate& candidate) {
    const uint32_t function = candidate.places.front().function;
    candidate.chain = phases_.ChainTo(function);
    if (candidate.chain.empty()) return;
    const CallReach::Called called = reach_->From(function, nodes);
    for (const auto& [group, symbol] : group_waits_)
      if (called.groups[group]) candidate.waits.emplace(symbol);
    for (const SymbolCall* call : waits_)
      if (call->place.function == function &&
          std::ranges::binary_search(nodes, call->place.node))
        candidate.waits.emplace(NameOf(*call));
    if (candidate.waits.empty()) return;
    candidate.waits_for_events =
        std::ranges::any_of(candidate.waits, WaitsForEvents);
    if (candidate.waits_for_events)
      std::erase_if(candidate.waits, [](const std::string& each) {
        return !WaitsForEvents(each);
      });
    candidate.work = called.functions + 1;
    found_.push_back(std::move(candidate));
  }

  // If there are others that wait for events: there all would be serving.
  void DropCallbacks() {
    const auto is_inside = [&](const SwitchCandidate& each) {
      return in_callbacks_[each.places.front().function];
    };
    if (std::ranges::any_of(found_, [&](const SwitchCandidate& each) {
          return each.waits_for_events && !each.bounded && !is_inside(each);
        }))
      std::erase_if(found_, is_inside);
  }

  // Those that wait for events come first, then those that do the most.
  void KeepBest() {
    std::ranges::sort(found_, [](const auto& a, const auto& b) {
      return std::tuple(a.bounded, !a.waits_for_events, b.work, a.places) <
             std::tuple(b.bounded, !b.waits_for_events, a.work, b.places);
    });
    if (found_.size() > kMostCandidates) found_.resize(kMostCandidates);
  }

  std::vector<SwitchCandidate> Finish() {
    ForEachInParallel(found_.size(), [&](size_t i) {
      found_[i].sets = SplitPhases(phases_.graph(), callers_, found_[i].places);
    });
    std::ranges::sort(found_, {}, [](const SwitchCandidate& each) {
      return std::tie(each.site.file, each.site.line, each.site.column,
                      each.site.function);
    });
    return std::move(found_);
  }

  const ProgramPhases& phases_;
  const PhaseCallers callers_;
  const std::vector<std::vector<bool>> all_;
  const std::vector<bool> in_callbacks_;
  std::vector<const SymbolCall*> waits_;
  std::optional<CallReach> reach_;
  // What functions of each of its groups wait by.
  std::set<std::pair<uint32_t, std::string_view>> group_waits_;
  std::vector<SwitchCandidate> found_;
};

size_t CountServing(const SwitchCandidate& candidate) {
  size_t count = 0;
  for (const std::vector<bool>& nodes : candidate.sets.serving)
    count += static_cast<size_t>(std::ranges::count(nodes, true));
  return count;
}

}  // namespace

std::vector<SwitchCandidate> FindSwitchPoints(const ProgramPhases& phases) {
  return Finder(phases).Find();
}

size_t Choose(const std::vector<SwitchCandidate>& candidates,
              const std::vector<size_t>& sizes) {
  const auto is_weak = [](const SwitchCandidate& each) {
    return each.kind != Kind::kAnnotation &&
           (!each.waits_for_events || each.bounded);
  };
  std::array<size_t, 2> most = {};
  for (const SwitchCandidate& each : candidates)
    most[is_weak(each)] = std::max(most[is_weak(each)], each.work);
  const auto rank = [&](size_t i) {
    const SwitchCandidate& each = candidates[i];
    const bool weak = is_weak(each);
    return std::tuple(weak, 4 * each.work < most[weak], sizes[i],
                      CountServing(each), each.work, i);
  };
  size_t best = 0;
  for (size_t i = 1; i < candidates.size(); ++i)
    if (rank(i) < rank(best)) best = i;
  return best;
}

}  // namespace bailey::analyzer
