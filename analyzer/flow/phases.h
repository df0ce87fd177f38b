// What a program can execute before a switch point, and what from there to its
// end: sets of places, by the control flow of its functions.
//
//   PhaseSets sets = SplitPhases(graph, {{function, node}});
//   if (sets.IsServing(function, node)) …
//
// Serving is all that can execute once the switch point was reached:
//  - from there on in its function; and, if that can return, or throw, what
//    follows any call of it, and so on for the callers. All callers count, not
//    those of one chain alone;
//  - what follows a setjmp in a function that may be waiting for another to
//    return: longjmp goes there;
//  - whatever these call, the targets of calls through pointers included;
//  - signal handlers, threads, exit handlers, destructors and other functions
//    that code outside calls back: it does not matter since when it may;
//  - coroutines and contexts that were left in the middle.
// Startup is all that can execute without passing the switch point. A place may
// be in both. Both are over-approximations.

#ifndef BAILEY_ANALYZER_FLOW_PHASES_H_
#define BAILEY_ANALYZER_FLOW_PHASES_H_

#include <compare>
#include <cstdint>
#include <vector>

namespace bailey::analyzer {

struct PhaseNode {
  std::vector<uint32_t> successors;
  std::vector<uint32_t> unwinds;  // those of them that exceptions lead to
  std::vector<uint32_t> callees;  // functions of the program
  std::vector<uint32_t> symbols;  // of functions outside that it calls
  bool calls_any =
      false;  // through a pointer to any function that is `pointed`
  // The function may end here. INVARIANT: no node both calls a function of the
  // program and leaves, unless it leads to itself.
  bool leaves = false;
  bool returns_twice = false;  // setjmp
  bool switches = false;       // of contexts: goes on when anyone says so
};

struct PhaseFunction {
  std::vector<PhaseNode> nodes;  // the first is the entry; never empty
  bool pointed = false;          // who calls through pointers may call it
  bool called_back = false;      // code outside may call it, at any time
  bool may_throw = false;
  bool may_suspend = false;  // a coroutine
};

struct PhaseGraph {
  std::vector<PhaseFunction> functions;
  std::vector<uint32_t> entries;  // main, and what runs before it
};

struct PhasePlace {
  uint32_t function = 0;
  uint32_t node = 0;

  auto operator<=>(const PhasePlace&) const = default;
};

struct PhaseSets {
  // By function and node.
  std::vector<std::vector<bool>> startup;
  std::vector<std::vector<bool>> serving;

  bool IsStartup(PhasePlace place) const {
    return startup[place.function][place.node];
  }
  bool IsServing(PhasePlace place) const {
    return serving[place.function][place.node];
  }
};

class PhaseCallers;  // phase_callers.h

// Several places: whichever is reached first is the switch point. Whoever
// splits a graph several times gives who calls whom in it.
PhaseSets SplitPhases(const PhaseGraph& graph,
                      const std::vector<PhasePlace>& switch_points);
PhaseSets SplitPhases(const PhaseGraph& graph, const PhaseCallers& callers,
                      const std::vector<PhasePlace>& switch_points);

// What can execute at all, from the entries on. (Neither set of a split is
// larger.)
std::vector<std::vector<bool>> AllPhases(const PhaseGraph& graph,
                                         const PhaseCallers& callers);

// Of each function whether `nodes` of one call it, or what they call does: the
// work of a loop. Calls that may go anywhere count if `any` says so. Whoever
// asks this of many loops uses CallReach.
std::vector<bool> CalledFrom(const PhaseGraph& graph, uint32_t function,
                             const std::vector<uint32_t>& nodes, bool any);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_PHASES_H_
