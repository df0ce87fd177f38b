// Two walks over one graph: startup stops at the switch point, serving starts
// there with the frames that are on the stack then.
//
// A walk marks places. kFresh: reached in a call that was made during the walk;
// whoever made it goes on by himself. kLive: reached in a frame that was on the
// stack at the switch point; when it leaves, every place that may have called
// the function goes on. What follows a call is reached once a function that it
// may call was seen to return.

#include "analyzer/flow/phases.h"

#include <algorithm>
#include <map>
#include <utility>

#include "analyzer/flow/phase_callers.h"

namespace bailey::analyzer {
namespace {

using Mark = uint8_t;
constexpr Mark kFresh = 1;
constexpr Mark kLive = 2;

class Walk {
 public:
  Walk(const PhaseGraph& graph, const PhaseCallers& callers)
      : graph_(graph),
        callers_(callers),
        returned_(graph.functions.size(), false),
        left_live_(graph.functions.size(), false),
        threw_live_(graph.functions.size(), false) {
    for (const PhaseFunction& function : graph.functions)
      marks_.emplace_back(function.nodes.size(), Mark{0});
  }

  void StopAt(PhasePlace place) {
    stops_[place.function].push_back(place.node);
  }

  void Visit(PhasePlace place, Mark mark) {
    Mark& marks = marks_[place.function][place.node];
    if ((marks | mark) == marks || IsStop(place)) return;
    marks |= mark;
    waiting_.push_back(place);
  }

  void Enter(uint32_t function) { Visit({function, 0}, kFresh); }

  void EnterEntries() {
    for (const uint32_t entry : graph_.entries) Enter(entry);
  }

  void EnterCalledBack() {
    for (uint32_t f = 0; f < graph_.functions.size(); ++f)
      if (graph_.functions[f].called_back) Enter(f);
  }

  void EnterAnywhere(uint32_t function) {
    for (uint32_t n = 0; n < graph_.functions[function].nodes.size(); ++n)
      Visit({function, n}, kFresh);
  }

  void Follow(PhasePlace place, Mark mark) {
    for (const uint32_t next : NodeAt(place).successors)
      Visit({place.function, next}, mark);
  }

  void Run() {
    while (!waiting_.empty()) {
      const PhasePlace place = waiting_.back();
      waiting_.pop_back();
      Leave(place);
    }
  }

  bool IsMarked(PhasePlace place) const {
    return marks_[place.function][place.node] != 0;
  }

  std::vector<std::vector<bool>> Marked() const {
    std::vector<std::vector<bool>> all;
    for (const std::vector<Mark>& marks : marks_)
      all.emplace_back(marks.begin(), marks.end());
    return all;
  }

 private:
  bool IsStop(PhasePlace place) const {
    const auto stops = stops_.find(place.function);
    return stops != stops_.end() &&
           std::ranges::find(stops->second, place.node) != stops->second.end();
  }

  const PhaseNode& NodeAt(PhasePlace place) const {
    return graph_.functions[place.function].nodes[place.node];
  }

  // On to all that may come next.
  void Leave(PhasePlace place) {
    const PhaseNode& node = NodeAt(place);
    const PhaseFunction& function = graph_.functions[place.function];
    const Mark mark = marks_[place.function][place.node];
    for (const uint32_t next : node.unwinds)
      Visit({place.function, next}, mark);
    for (const uint32_t callee : node.callees) Enter(callee);
    if (node.calls_any) EnterPointed();
    if (MayReturn(node)) Follow(place, mark);
    if (node.leaves) Return(place.function, mark);
    if ((mark & kLive) != 0 && function.may_throw) ThrowLive(place.function);
    if (function.may_suspend) EnterAnywhere(place.function);
  }

  void EnterPointed() {
    if (std::exchange(entered_pointed_, true)) return;
    for (uint32_t f = 0; f < graph_.functions.size(); ++f)
      if (graph_.functions[f].pointed) Enter(f);
  }

  bool MayReturn(const PhaseNode& node) const {
    if (node.callees.empty() || node.calls_any || !node.symbols.empty())
      return true;
    for (const uint32_t callee : node.callees)
      if (returned_[callee]) return true;
    return false;
  }

  void Return(uint32_t function, Mark mark) {
    if (!returned_[function]) {
      returned_[function] = true;
      for (const PhasePlace caller : callers_.Direct(function))
        if (IsMarked(caller))
          Follow(caller, marks_[caller.function][caller.node]);
    }
    if ((mark & kLive) == 0 || left_live_[function]) return;
    left_live_[function] = true;
    callers_.ForEach(function,
                     [&](PhasePlace caller) { Follow(caller, kLive); });
    LeaveOutside(function);
  }

  // Code outside had called it, perhaps as a signal handler: then whatever it
  // interrupted goes on.
  void LeaveOutside(uint32_t function) {
    if (graph_.functions[function].called_back) EnterEntries();
  }

  void ThrowLive(uint32_t function) {
    if (threw_live_[function]) return;
    threw_live_[function] = true;
    callers_.ForEach(function, [&](PhasePlace caller) {
      for (const uint32_t next : NodeAt(caller).unwinds)
        Visit({caller.function, next}, kLive);
      if (graph_.functions[caller.function].may_throw)
        ThrowLive(caller.function);
    });
    LeaveOutside(function);
  }

  const PhaseGraph& graph_;
  const PhaseCallers& callers_;
  std::vector<std::vector<Mark>> marks_;
  std::vector<bool> returned_;
  std::vector<bool> left_live_;
  std::vector<bool> threw_live_;
  std::vector<PhasePlace> waiting_;
  std::map<uint32_t, std::vector<uint32_t>> stops_;  // by function
  bool entered_pointed_ = false;
};

// The functions that may wait for one of `places` to return, their own
// included.
std::vector<bool> OnStackOf(const PhaseGraph& graph,
                            const PhaseCallers& callers,
                            const std::vector<PhasePlace>& places) {
  std::vector<bool> on_stack(graph.functions.size(), false);
  std::vector<uint32_t> waiting;
  const auto add = [&](PhasePlace place) {
    if (on_stack[place.function]) return;
    on_stack[place.function] = true;
    waiting.push_back(place.function);
  };
  std::ranges::for_each(places, add);
  while (!waiting.empty()) {
    const uint32_t callee = waiting.back();
    waiting.pop_back();
    if (graph.functions[callee].called_back)  // it interrupts any
      return std::vector<bool>(on_stack.size(), true);
    callers.ForEach(callee, add);
  }
  return on_stack;
}

// What was left in the middle and may go on.
void Resume(const PhaseGraph& graph, const Walk& startup,
            const std::vector<bool>& on_stack, Walk& serving) {
  for (uint32_t f = 0; f < graph.functions.size(); ++f) {
    const PhaseFunction& function = graph.functions[f];
    bool ran = false;
    for (uint32_t n = 0; n < function.nodes.size(); ++n) {
      const PhaseNode& node = function.nodes[n];
      ran |= startup.IsMarked({f, n});
      if (node.switches || (node.returns_twice && on_stack[f]))
        serving.Follow({f, n}, kLive);
    }
    if (function.may_suspend && ran) serving.EnterAnywhere(f);
  }
}

}  // namespace

PhaseSets SplitPhases(const PhaseGraph& graph,
                      const std::vector<PhasePlace>& switch_points) {
  return SplitPhases(graph, PhaseCallers(graph), switch_points);
}

PhaseSets SplitPhases(const PhaseGraph& graph, const PhaseCallers& callers,
                      const std::vector<PhasePlace>& switch_points) {
  Walk startup(graph, callers);
  Walk serving(graph, callers);
  for (const PhasePlace place : switch_points) {
    startup.StopAt(place);
    serving.Visit(place, kLive);
  }
  startup.EnterEntries();
  startup.EnterCalledBack();
  startup.Run();
  serving.EnterCalledBack();
  Resume(graph, startup, OnStackOf(graph, callers, switch_points), serving);
  serving.Run();
  return {startup.Marked(), serving.Marked()};
}

std::vector<std::vector<bool>> AllPhases(const PhaseGraph& graph,
                                         const PhaseCallers& callers) {
  Walk walk(graph, callers);
  walk.EnterEntries();
  walk.EnterCalledBack();
  walk.Run();
  return walk.Marked();
}

std::vector<bool> CalledFrom(const PhaseGraph& graph, uint32_t function,
                             const std::vector<uint32_t>& nodes, bool any) {
  std::vector<bool> called(graph.functions.size(), false);
  std::vector<uint32_t> waiting;
  bool entered_pointed = false;
  const auto enter = [&](uint32_t callee) {
    if (called[callee]) return;
    called[callee] = true;
    waiting.push_back(callee);
  };
  const auto add = [&](const PhaseNode& node) {
    for (const uint32_t callee : node.callees) enter(callee);
    if (!any || !node.calls_any || std::exchange(entered_pointed, true)) return;
    for (uint32_t f = 0; f < graph.functions.size(); ++f)
      if (graph.functions[f].pointed) enter(f);
  };
  for (const uint32_t node : nodes) add(graph.functions[function].nodes[node]);
  while (!waiting.empty()) {
    const uint32_t callee = waiting.back();
    waiting.pop_back();
    for (const PhaseNode& node : graph.functions[callee].nodes) add(node);
  }
  return called;
}

}  // namespace bailey::analyzer
