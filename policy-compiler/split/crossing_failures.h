// What the policy says that calls give whose portion is gone.
//
//   AddFailures(policy, text, graph, crossings, diagnostics);

#ifndef BAILEY_POLICY_COMPILER_SPLIT_CROSSING_FAILURES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_CROSSING_FAILURES_H_

#include <vector>

#include "common/diagnostics.h"
#include "common/documents/plan.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// Names must be resolved (split_names.h). A value that the result cannot hold
// is an error; a word without effect a warning: its function is not called
// across, or another one of its portion has none, so that the program ends with
// the portion anyway.
void AddFailures(const Policy& policy, const SourceText& policy_text,
                 const ProgramGraph& graph, std::vector<Crossing>& crossings,
                 Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_CROSSING_FAILURES_H_
