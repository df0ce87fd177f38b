// Globals of which each portion has one of its own, because the policy says
// that no value passes through them from one side to the other: scratch space
// that every user fills before it reads.
//
//   SeparateGlobals(policy.separate, policy_text, graph, diagnostics);
//   graph.IsSeparate("zsig.c:fake");
//
// That is the author's word, and no secret gets across by it, since no memory
// is shared. What shows it wrong is an error: a name that is no global, or not
// one alone; a constant; a global that points to others; a function that reads
// the global, or takes its address, and never writes it, while another does.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_SEPARATE_H_
#define BAILEY_POLICY_COMPILER_SPLIT_SEPARATE_H_

#include <vector>

#include "common/diagnostics.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// `policy_text` is what the names' spans are of.
void SeparateGlobals(const std::vector<SeparateGlobal>& names,
                     const SourceText& policy_text, ProgramGraph& graph,
                     Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_SEPARATE_H_
