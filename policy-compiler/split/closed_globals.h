// Passed globals that have one of a few values, of which the trusted side has
// the list: it gets a place in it, never an address or a number of the
// client's.
//
//   if (HasClosedValues(global)) ...          // `values` decide how it crosses
//   if (const auto why = WhyNotClosed(graph, global)) ...

#ifndef BAILEY_POLICY_COMPILER_SPLIT_CLOSED_GLOBALS_H_
#define BAILEY_POLICY_COMPILER_SPLIT_CLOSED_GLOBALS_H_

#include <optional>
#include <string>

#include "common/documents/flow.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// Whether its values are known, and such as its type has: numbers; or null and
// functions; or null and texts of a `const char*`.
bool HasClosedValues(const FlowGlobal& global);

// Of a pointer: why it cannot be passed all the same; nothing if it can be.
std::optional<std::string> WhyNotClosed(const ProgramGraph& graph,
                                        const FlowGlobal& global);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_CLOSED_GLOBALS_H_
