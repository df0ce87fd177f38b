// Of the parameters and cells that can be followed those that some calls'
// arguments depend on. Internal to flow/.
//
//   FollowedValues followed = FindFollowed(program, scope);
//   KeepNeeded({&call}, followed);

#ifndef BAILEY_ANALYZER_FLOW_NEEDED_VALUES_H_
#define BAILEY_ANALYZER_FLOW_NEEDED_VALUES_H_

#include <vector>

#include "analyzer/flow/followed_values.h"

namespace bailey::analyzer {

// Forgets the others, which are then unknown. The arguments of `calls`, and all
// that these depend on, come out as if nothing had been forgotten.
void KeepNeeded(const std::vector<const CallFact*>& calls,
                FollowedValues& followed);

}  // namespace bailey::analyzer

#endif  // BAILEY_ANALYZER_FLOW_NEEDED_VALUES_H_
