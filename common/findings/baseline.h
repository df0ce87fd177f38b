// What an older report of the program already had.
//
//   MarkKnown(before, findings);  // suppresses what is not new
//
// Lines are not compared. A proved call is known when its function had as many
// calls that can do as much; anything else, when the program could do as much
// before, however surely that was known.

#ifndef BAILEY_COMMON_FINDINGS_BASELINE_H_
#define BAILEY_COMMON_FINDINGS_BASELINE_H_

#include <vector>

#include "common/findings/finding.h"

namespace bailey {

// Leaves alone what is suppressed already.
void MarkKnown(const Report& before, std::vector<Finding>& findings);

}  // namespace bailey

#endif  // BAILEY_COMMON_FINDINGS_BASELINE_H_
