// Where a program may go over from starting to serving: its loops that wait for
// events, calls of a library's own event loop, and what its source says.
//
//   std::vector<SwitchCandidate> found = FindSwitchPoints(phases);
//   if (!found.empty()) Use(found[Choose(found, sizes)]);

#ifndef BAILEY_ANALYZER_FLOW_SWITCH_POINTS_H_
#define BAILEY_ANALYZER_FLOW_SWITCH_POINTS_H_

#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "analyzer/flow/phase_graph.h"

namespace bailey::analyzer {

struct SwitchCandidate {
  enum class Kind { kAnnotation, kLoop, kCall };
  Kind kind = Kind::kLoop;
  std::vector<PhasePlace> places;
  SourceSite site;
  std::vector<std::string> chain;  // from main to the function
  // Functions by which it waits for several events, or for a new client; or, if
  // there are none, for anything.
  std::set<std::string> waits;
  bool waits_for_events = false;
  bool bounded = false;  // a loop of a constant number of rounds
  size_t work = 0;       // functions that it calls, directly or not
  PhaseSets sets;
};

// The source's own word alone if there is one; else the best ones, at most
// `kMostCandidates`: none inside code that outside calls back, unless there is
// no other. Ordered by site.
inline constexpr size_t kMostCandidates = 12;
std::vector<SwitchCandidate> FindSwitchPoints(const ProgramPhases& phases);

// The index of the one to switch at: of those that wait for events without an
// end, and do at least a quarter of what the one does that does the most (a
// loop that waits for a child to exit does little), the one with the smallest
// size; of equal ones that with the fewest places in serving, then that which
// does least, since it is the latest. `sizes` has one for each candidate; there
// must be one at least.
size_t Choose(const std::vector<SwitchCandidate>& candidates,
              const std::vector<size_t>& sizes);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_SWITCH_POINTS_H_
