// How a pointer crosses by its declaration.
//
//   const auto declared = DeclaredCrossing(function, index);
//   if (declared) Add(*declared); else Refuse(declared.error());
//
// | declared                               | passes as                      |
// |----------------------------------------|--------------------------------|
// | pointer to a flat struct               | one struct; in if const, else  |
// |                                        | in and out                     |
// | `const char*`                          | C string, in                   |
// | `T p[static N]`, T a scalar            | N elements; in if const, else  |
// |                                        | in and out                     |
// | access(mode, p, n), T a scalar         | n elements                     |
// | access(mode, p) without a count        | one element                    |
//
// access(write_only) passes out alone: it says that the function does not read
// and fills what the caller uses; bytes that it leaves alone arrive as zeros. A
// pointer that is followed by an integer, or beside which one is named like a
// length, may be an array of that many elements; unless an attribute says, its
// declaration is not enough, and so it is with both `[static N]` and a count,
// and everything else.

#ifndef BAILEY_POLICY_COMPILER_SPLIT_DECLARED_RULES_H_
#define BAILEY_POLICY_COMPILER_SPLIT_DECLARED_RULES_H_

#include <cstddef>
#include <expected>

#include "common/documents/flow.h"
#include "common/documents/plan.h"
#include "policy-compiler/split/refusal.h"

namespace bailey::policy {

// Of a pointer parameter.
std::expected<CrossingParameter, Refusal> DeclaredCrossing(
    const FlowFunction& function, size_t index);

// Of a parameter of which the author said that it is a string: whatever its
// neighbours are.
std::expected<CrossingParameter, Refusal> StringCrossing(
    const FlowParameter& parameter);

// Whether an attribute or `[static N]` says how far the pointer reaches.
bool IsSaid(const FlowParameter& parameter);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_DECLARED_RULES_H_
