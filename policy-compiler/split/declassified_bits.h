// Whether what the policy declassifies gives back no more than it says.
//
//   CheckDeclassified(policy, text, graph, crossings, diagnostics);

#ifndef BAILEY_POLICY_COMPILER_SPLIT_DECLASSIFIED_BITS_H_
#define BAILEY_POLICY_COMPILER_SPLIT_DECLASSIFIED_BITS_H_

#include <vector>

#include "common/diagnostics.h"
#include "common/documents/plan.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/handle_types.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// Of what a declassified function gives back and whose size varies, no more
// than its bound has room for: the answering portion holds it to that.
void BoundDeclassified(const Policy& policy, const ProgramGraph& graph,
                       std::vector<Crossing>& crossings);

// Names must be resolved (split_names.h). A bound that is too small is an
// error, a function that is not called across a warning.
void CheckDeclassified(const Policy& policy, const SourceText& policy_text,
                       const ProgramGraph& graph, const HandleTypes& handles,
                       const std::vector<Crossing>& crossings,
                       Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_DECLASSIFIED_BITS_H_
