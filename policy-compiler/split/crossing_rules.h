// How a function's parameters and result pass between two portions, decided
// from its declaration; or why they cannot.
//
//   std::optional<Crossing> crossing = DescribeCrossing(function, diagnostics);
//
// | declared                                       | passes as |
// |------------------------------------------------|----------------------------|
// | integer, bool, enum, float, double             | scalar, in | | flat
// struct, by value                          | struct, in                 | |
// pointer to a flat struct                       | one struct; in if const,   |
// |                                                | else in and out | | `const
// char*`                                  | C string, in               | | `T
// p[static N]`, T a scalar                    | N elements; in if const,   | |
// | else in and out            | | access(mode, p, n), T a scalar | n elements
// | | access(mode, p) without a count, T a scalar    | one element |
//
// access(write_only) passes out alone: it says that the function does not read
// and fills what the caller uses; bytes that it leaves alone arrive as zeros. A
// pointer that is followed by an integer, or beside which one is named like a
// length, may be an array of that many elements; unless an attribute says, it
// is refused, and so are both `[static N]` and a count, and everything else. Of
// a `const char*` the policy may say that it is a string all the same.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_CROSSING_RULES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_CROSSING_RULES_H_

#include <optional>
#include <set>
#include <string>

#include "common/diagnostics.h"
#include "common/documents/flow.h"
#include "common/documents/plan.h"

namespace bailey::policy {

// The crossing without its id, portions and callers. Every reason against it is
// one error, placed at the function. `strings`: the parameters that the policy
// calls strings.
std::optional<Crossing> DescribeCrossing(
    const FlowFunction& function, Diagnostics& diagnostics,
    const std::set<std::string>& strings = {});

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_CROSSING_RULES_H_
