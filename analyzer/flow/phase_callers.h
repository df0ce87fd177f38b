// Who may call each function of a phase graph: gathered once for all walks.
//
//   const PhaseCallers callers(graph);
//   callers.ForEach(function, [&](PhasePlace place) { … });

#ifndef BAILEY_ANALYZER_FLOW_PHASE_CALLERS_H_
#define BAILEY_ANALYZER_FLOW_PHASE_CALLERS_H_

#include <cstdint>
#include <vector>

#include "analyzer/flow/phases.h"

namespace bailey::analyzer {

class PhaseCallers {
 public:
  // `graph` must outlive this, and not change.
  explicit PhaseCallers(const PhaseGraph& graph)
      : graph_(graph), direct_(graph.functions.size()) {
    for (uint32_t f = 0; f < graph.functions.size(); ++f)
      for (uint32_t n = 0; n < graph.functions[f].nodes.size(); ++n)
        Add({f, n});
  }

  // Calls that name it.
  const std::vector<PhasePlace>& Direct(uint32_t function) const {
    return direct_[function];
  }

  // And those through pointers.
  template <class Visit>
  void ForEach(uint32_t function, Visit visit) const {
    for (const PhasePlace place : direct_[function]) visit(place);
    if (graph_.functions[function].pointed)
      for (const PhasePlace place : any_) visit(place);
  }

 private:
  void Add(PhasePlace place) {
    const PhaseNode& node = graph_.functions[place.function].nodes[place.node];
    for (const uint32_t callee : node.callees) direct_[callee].push_back(place);
    if (node.calls_any) any_.push_back(place);
  }

  const PhaseGraph& graph_;
  std::vector<std::vector<PhasePlace>> direct_;
  std::vector<PhasePlace> any_;
};

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_PHASE_CALLERS_H_
