// Fewer cubes that cover the same calls.
//
//   cubes = MergeCubes({family == 1, type == 2}, {family == 2, type == 2});
//   // {family in 1..2, type == 2}

#ifndef BAILEY_POLICY_COMPILER_LIFT_MERGE_CUBES_H_
#define BAILEY_POLICY_COMPILER_LIFT_MERGE_CUBES_H_

#include <vector>

#include "policy-compiler/lift/word_state.h"

namespace bailey::policy {

// Cubes that differ in one argument alone become one, again and again. The
// result is sorted, and a cube of all calls stands alone.
std::vector<CallCube> MergeCubes(std::vector<CallCube> cubes);

bool IsWholeCall(const CallCube& cube);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIFT_MERGE_CUBES_H_
