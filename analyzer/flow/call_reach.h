// Whom parts of functions call, directly or not: asked many times of one graph.
// Functions that call one another are one group, so an answer costs no more
// than the groups that it leads to.
//
//   const CallReach reach(graph, /*any=*/false);
//   const CallReach::Called called = reach.From(function, loop.nodes);
//   if (called.groups[reach.GroupOf(callee)]) …

#ifndef BAILEY_ANALYZER_FLOW_CALL_REACH_H_
#define BAILEY_ANALYZER_FLOW_CALL_REACH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "analyzer/flow/phases.h"

namespace bailey::analyzer {

class CallReach {
 public:
  // Calls that may go anywhere count if `any` says so. `graph` must outlive
  // this, and not change.
  CallReach(const PhaseGraph& graph, bool any);

  struct Called {
    std::vector<bool> groups;
    size_t functions = 0;  // how many there are in these
  };
  // What CalledFrom() says, by groups.
  Called From(uint32_t function, const std::vector<uint32_t>& nodes) const;

  uint32_t GroupOf(uint32_t function) const { return group_[function]; }

 private:
  struct Group {
    std::vector<uint32_t> next;  // groups that it calls
    size_t functions = 0;
  };

  template <class Visit>
  void ForEachCallee(const PhaseNode& node, Visit visit) const;
  std::vector<std::vector<uint32_t>> Callees() const;
  void MakeGroups(const std::vector<std::vector<uint32_t>>& callees);

  const PhaseGraph& graph_;
  const bool any_;
  // Stands for all functions that are `pointed`: it calls them.
  const uint32_t pointed_;
  std::vector<uint32_t> group_;  // by function, then of `pointed_`
  std::vector<Group> groups_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_CALL_REACH_H_
