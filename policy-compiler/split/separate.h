// Globals of which each portion has one of its own, because the policy says
// that no value passes through them from one side to the other: scratch space
// that every user fills before it reads.
//
//   SeparateGlobals(policy.separate, policy_text, graph, diagnostics);
//   graph.IsSeparate("zsig.c:fake");
//   CheckSeparated(policy.separate, graph, portions, diagnostics);
//
// That is the author's word, and no secret gets across by it, since no memory
// is shared. What shows it wrong is an error: a name that is no global, or not
// one alone; a constant; a global that points to others; and, where it is known
// who is where, a function of a portion that reads the global, or takes its
// address, and never writes it, while one does that is not in the portion.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_SEPARATE_H_
#define BAILEY_POLICY_COMPILER_SPLIT_SEPARATE_H_

#include <functional>
#include <string>
#include <vector>

#include "common/diagnostics.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// `policy_text` is what the names' spans are of.
void SeparateGlobals(const std::vector<SeparateGlobal>& names,
                     const SourceText& policy_text, ProgramGraph& graph,
                     Diagnostics& diagnostics);

// Whether the portion has what has this id.
using PortionContents = std::function<bool(const std::string& id)>;

// Once everything is placed. Names as above, without errors.
void CheckSeparated(const std::vector<SeparateGlobal>& names,
                    const ProgramGraph& graph,
                    const std::vector<PortionContents>& portions,
                    Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_SEPARATE_H_
