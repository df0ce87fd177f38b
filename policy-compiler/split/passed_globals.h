// Globals of the untrusted portion whose values go along when a trusted
// portion is called that reads them: `pass verbose, key_path;`.
//
//   PassGlobals(policy.passed, policy_text, graph, diagnostics);
//   graph.IsPassed("log.c:verbose");   // no state that holds users together
//   for (const FlowEdge* each : WritesOf(graph, "log.c:verbose")) …
//
// It is the author's word, since what the untrusted portion owns an attacker
// sets: a flag `authenticated` must not be passed. Each portion has one of its
// own; in a trusted one it has the caller's value while a call lasts and its
// first value otherwise. Nothing comes back, so nobody there may change it or
// get its address.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_PASSED_GLOBALS_H_
#define BAILEY_POLICY_COMPILER_SPLIT_PASSED_GLOBALS_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/diagnostics.h"
#include "common/documents/plan.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// `policy_text` is what the names' spans are of.
void PassGlobals(const std::vector<PassedName>& names,
                 const SourceText& policy_text, ProgramGraph& graph,
                 Diagnostics& diagnostics);

// Why a global cannot be passed, whoever uses it; nothing if it can be.
std::optional<std::string> WhyNotPassed(const ProgramGraph& graph,
                                        const FlowGlobal& global);

// Where functions change a global, or take its address and do not only read
// there.
std::vector<const FlowEdge*> WritesOf(const ProgramGraph& graph,
                                      std::string_view global);

// How it crosses; nothing where its type does not allow that.
std::optional<PassedGlobal> DescribePassed(const FlowGlobal& global);

// Whether something on the way of a credential goes through the global.
bool HoldsCredential(const ProgramGraph& graph, std::string_view global);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_PASSED_GLOBALS_H_
