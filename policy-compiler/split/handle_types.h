// Structures of which the untrusted side has numbers instead of pointers
// (runtime/handles.h).
//
//   const HandleTypes types = FindHandleTypes(policy, main, graph);
//   if (IsHandle(function.return_type, types)) ...  // a `struct key *`
//
// It is the author's word that makes one: `declassify load_key -> handle;`, or
// a function that he names in a trusted portion and that returns a pointer to a
// structure that is incomplete or not flat. (One to a flat structure would be
// copied where it is a parameter, so it wants the word.) Then whatever crosses
// as a pointer to one is a number.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_HANDLE_TYPES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_HANDLE_TYPES_H_

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "policy-compiler/language/policy.h"
#include "policy-compiler/split/program_graph.h"

namespace bailey::policy {

// As C spells them: "struct key", "EVP_PKEY".
using HandleTypes = std::set<std::string, std::less<>>;

// Every name of the policy is one function's.
HandleTypes FindHandleTypes(const Policy& policy, const PortionPolicy& main,
                            const ProgramGraph& graph);

// Whether it is a pointer to a structure that has a name.
bool MayBeHandle(const TypeInfo& type);
bool IsHandle(const TypeInfo& type, const HandleTypes& types);

// Those that cross with a function: each once.
std::vector<std::string> HandlesOf(const FlowFunction& function,
                                   const HandleTypes& types);

bool LooksInto(const FlowFunction& function, std::string_view structure);

// `is_in_main`: by function id. An error for each function there that looks
// into what the crossings hand out as handles; for each that gives a handle
// without the author's word; for each word `handle` for a function that gives
// none; and for each parameter of a type that no crossing of its portion gives.
void CheckHandles(const Policy& policy, const SourceText& policy_text,
                  const ProgramGraph& graph, const HandleTypes& types,
                  const std::vector<Crossing>& crossings,
                  const std::function<bool(const std::string&)>& is_in_main,
                  Diagnostics& diagnostics);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_HANDLE_TYPES_H_
