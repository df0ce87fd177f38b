// How a function's parameters and result pass between two portions, decided
// from its declaration; or why they cannot.
//
//   std::optional<Crossing> crossing = DescribeCrossing(function, diagnostics);
//
// | declared                               | passes as                      |
// |----------------------------------------|--------------------------------|
// | integer, bool, enum, float, double     | scalar, in                     |
// | flat struct, by value                  | struct, in                     |
// | pointer to a flat struct               | one struct; in if const, else  |
// |                                        | in and out                     |
// | `const char*`                          | C string, in                   |
// | `T p[static N]`, T a scalar            | N elements; in if const, else  |
// |                                        | in and out                     |
// | access(mode, p, n), T a scalar         | n elements                     |
// | access(mode, p) without a count        | one element                    |
//
// A pointer to a structure that the policy makes a handle (handle_types.h)
// passes as a number, in or as the result.
//
// access(write_only) passes out alone: it says that the function does not read
// and fills what the caller uses; bytes that it leaves alone arrive as zeros. A
// pointer that is followed by an integer, or beside which one is named like a
// length, may be an array of that many elements; unless an attribute says, its
// declaration is not enough, and so it is with both `[static N]` and a count,
// and everything else. Of a `const char*` the policy may say that it is a
// string all the same.
//
// Where no attribute speaks and the declaration is not enough, the function's
// code may be (InferredExtent), if that is believed (InferredLengths) and every
// caller provides what is copied:
//
// | inferred                               | passes as                      |
// |----------------------------------------|--------------------------------|
// | at most K bytes                        | K bytes, or elements           |
// | at most k bytes for each of n          | n elements of k bytes          |
// | a text that is only read, of `char`    | C string, in                   |
// | no more than one flat struct           | one struct                     |
//
// What the code only reads passes in alone; all else in and out. A pointer to a
// structure is refused where a number says how far the code reaches.

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

// Whether what was inferred from a function's code decides how it crosses. Not
// yet in a split: a review by attack found bounds that hold for the program's
// callers and not for each that an attacker can be (docs/decisions/0020).
enum class InferredLengths { kIgnored, kBelieved };

// The crossing without its id, portions and callers. Every reason against it is
// one error, placed at the function. `strings`: the parameters that the policy
// calls strings. `handles`: the structures whose pointers cross as numbers, as
// parameters and as results.
std::optional<Crossing> DescribeCrossing(
    const FlowFunction& function, Diagnostics& diagnostics,
    const std::set<std::string>& strings = {},
    InferredLengths inferred = InferredLengths::kIgnored,
    const HandleTypes& handles = {});

// What a call gives back, in bits: the result, what it writes out, and errno
// (12 bits: runtime/serve.c). Nothing: as much as its caller has room for.
std::optional<uint64_t> BitsBack(const Crossing& crossing);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_SPLIT_CROSSING_RULES_H_
