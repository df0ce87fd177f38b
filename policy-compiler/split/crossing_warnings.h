// What is worth a second look in a split that is possible.
//
//   WarnOfCrossings(portion, "parser", graph, crossings, diagnostics);

#ifndef BAILEY_POLICY_COMPILER_SPLIT_CROSSING_WARNINGS_H_
#define BAILEY_POLICY_COMPILER_SPLIT_CROSSING_WARNINGS_H_

#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "common/documents/plan.h"
#include "policy-compiler/split/program_graph.h"
#include "policy-compiler/split/trusted_portion.h"

namespace bailey::policy {

// - The portion ends the program, and exit handlers of `main_portion` do not
//   run.
// - A function that is called across may keep what a parameter points to.
void WarnOfCrossings(const TrustedPortion& portion,
                     const std::string& main_portion, const ProgramGraph& graph,
                     const std::vector<Crossing>& crossings,
                     Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_CROSSING_WARNINGS_H_
