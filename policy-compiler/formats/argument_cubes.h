// Conditions as unions of cubes: what formats without `or`, `not`, signs and
// widths can say.
//
//   std::optional<ArgumentCubes> cubes = CubesOf(rule.when, kMaxCubes);
//   for (const ArgumentCube& cube : *cubes)  // (arg[i] & mask[i]) == value[i]
//
// Every condition is such a union: a range falls into aligned blocks, a
// negation into one cube for each bit that can differ. It may be a long one.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_ARGUMENT_CUBES_H_
#define BAILEY_POLICY_COMPILER_FORMATS_ARGUMENT_CUBES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "policy-compiler/language/policy.h"

namespace bailey::policy {

// Holds where (argument[i] & mask[i]) == value[i] for all six, in 64 bits.
// INVARIANT: value has no bit that the mask lacks.
struct ArgumentCube {
  std::array<uint64_t, 6> mask{};
  std::array<uint64_t, 6> value{};
  bool operator==(const ArgumentCube&) const = default;
};

// Any of them; none: never.
using ArgumentCubes = std::vector<ArgumentCube>;

// Nothing where there are more than `limit`, on the way too.
std::optional<ArgumentCubes> CubesOf(const Condition& condition, size_t limit);
// What is in `all` and in none of `taken`.
std::optional<ArgumentCubes> Without(ArgumentCubes all,
                                     const ArgumentCubes& taken, size_t limit);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_ARGUMENT_CUBES_H_
