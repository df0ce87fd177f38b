// Under a strict credential, what is merely decided by it stays in its portion,
// too: naming a function is not enough to let that out.
//
//   CheckStrict(policy, graph, crossings, diagnostics);

#ifndef BAILEY_POLICY_COMPILER_SPLIT_STRICT_CROSSINGS_H_
#define BAILEY_POLICY_COMPILER_SPLIT_STRICT_CROSSINGS_H_

#include <vector>

#include "common/diagnostics.h"
#include "common/documents/plan.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// Names must be resolved (split_names.h). An error is each function that is
// called across, and not declassified, if callers of it were seen, or are
// assumed, to find there what depends on a strict credential.
void CheckStrict(const Policy& policy, const ProgramGraph& graph,
                 const std::vector<Crossing>& crossings,
                 Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_STRICT_CROSSINGS_H_
