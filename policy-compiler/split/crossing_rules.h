// How a function's parameters and result pass between two portions, decided
// from its declaration; or why they cannot.
//
//   std::optional<Crossing> crossing = DescribeCrossing(function, diagnostics);
//
// | declared                               | passes as                      |
// |----------------------------------------|--------------------------------|
// | integer, bool, enum, float, double     | scalar, in                     |
// | flat struct, by value                  | struct, in                     |
// | pointer                                | by its declaration             |
// |                                        | (declared_rules.h), or by what |
// |                                        | the code does with it          |
// |                                        | (inferred_rules.h)             |
//
// Values of the C++ library, by library_rules.h; an exception as a status.
//
// A pointer to a structure that the policy makes a handle (handle_types.h)
// passes as a number, in or as the result. Of a `const char*` the policy may
// say that it is a string.
//
// Where the code is seen to do what a declaration denies (code_objections.h),
// the function is refused, or, where an attribute says how far it reaches and
// the code may go further, its copy lies between pages that fault: `guarded`,
// as all is that was inferred.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_CROSSING_RULES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_CROSSING_RULES_H_

#include <optional>
#include <set>
#include <string>

#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "policy-compiler/split/handle_types.h"

namespace bailey::policy {

// The crossing without its id, portions and callers. Every reason against it is
// one error, placed at the function. `strings`: the parameters that the policy
// calls strings. `handles`: the structures whose pointers cross as numbers, as
// parameters and as results.
std::optional<Crossing> DescribeCrossing(
    const FlowFunction& function, Diagnostics& diagnostics,
    const std::set<std::string>& strings = {}, const HandleTypes& handles = {});

// What a call gives back, in bits: the result, what it writes out, and errno
// (12 bits: runtime/serve.c). Nothing: as much as its caller has room for.
std::optional<uint64_t> BitsBack(const Crossing& crossing);
// What the policy declassifies, checked when a call is answered: of texts and
// elements that come out, no more than fit in (library_rules.h). 0: no bound.
void BoundBitsBack(Crossing& crossing, uint64_t most_bits);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_CROSSING_RULES_H_
