// Whether parts that were cut out of a function stay within what is passed to
// them, whoever calls them.
//
//   CheckOutlinedReach(policy.outlined, graph, crossings, diagnostics);
//
// In its function a part stands behind checks of what it is given. Cut out, it
// is called with anything: an array of 32 bytes and a length of 10,000. The
// author of a function that crosses has seen its declaration; that of a part is
// ours.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_OUTLINED_REACH_H_
#define BAILEY_POLICY_COMPILER_SPLIT_OUTLINED_REACH_H_

#include <vector>

#include "common/diagnostics.h"
#include "common/documents/plan.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// An error for each pointer of an outlined function behind which its code is
// not seen to stay within what crosses.
void CheckOutlinedReach(const std::vector<OutlineWord>& outlined,
                        const ProgramGraph& graph,
                        const std::vector<Crossing>& crossings,
                        Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_OUTLINED_REACH_H_
