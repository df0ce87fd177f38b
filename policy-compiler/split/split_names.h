// The functions that a policy names, looked up in the program.
//
//   const auto pinned = ResolveSplitNames(policy, text, main, graph,
//                                         diagnostics);
//   if (!pinned) ...  // said in diagnostics

#ifndef BAILEY_POLICY_COMPILER_SPLIT_SPLIT_NAMES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_SPLIT_NAMES_H_

#include <optional>

#include "common/diagnostics.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/program_graph.h"
#include "policy-compiler/split/support.h"

namespace bailey::policy {

// Every name must be one function's. The ids of those that stay in the portion
// of `main`, with the reason; nothing if a name is wrong, which is said.
std::optional<Reasons> ResolveSplitNames(const Policy& policy,
                                         const SourceText& policy_text,
                                         const PortionPolicy& main,
                                         const ProgramGraph& graph,
                                         Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_SPLIT_NAMES_H_
