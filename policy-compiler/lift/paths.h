// The ways through a stack of filters that the calls of one number take: each
// with the arguments that take it, and what is returned at its end.
//
//   PathBudget budget;
//   ASSIGN_OR_RETURN(std::vector<FilterPath> paths,
//                    FollowPaths(stack, audit_architecture, 41, budget));
//
// The programs are executed with the number and the architecture known and
// everything else open; a test of what is open takes both ways. Exponentially
// many ways are an error, never a hang: the budget is of steps, not of time.

#ifndef BAILEY_POLICY_COMPILER_LIFT_PATHS_H_
#define BAILEY_POLICY_COMPILER_LIFT_PATHS_H_

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "common/bpf/evaluator.h"
#include "common/result.h"
#include "policy-compiler/lift/word_state.h"

namespace bailey::policy {

struct FilterPath {
  CallCube when;
  uint32_t returned = 0;  // as RunBpfStack has it
  // Why calls in `when` may take another way, too: what they depend on cannot
  // be said of an argument alone. Empty: the path is exact.
  std::set<std::string> inexact;
};

// What one lift may take, all numbers together: an instruction is a step, and a
// fork is many. A filter of 4096 tests of the number takes 1.5 million.
struct PathBudget {
  uint64_t steps = 4'000'000;
  size_t paths_of_a_number = 2'000;
};

// Programs as ValidateBpf accepts them; stack[0] was installed first. The paths
// cover every call of the number.
Result<std::vector<FilterPath>> FollowPaths(std::span<const BpfProgram> stack,
                                            uint32_t audit_architecture,
                                            uint32_t number,
                                            PathBudget& budget);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIFT_PATHS_H_
