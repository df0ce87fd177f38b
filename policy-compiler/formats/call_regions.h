// One call's rules as regions that do not meet: for formats in which rules have
// an order, or none when they meet.
//
//   const auto regions = RegionsOf(portion, call, silent, kMaxCubes);
//   for (const CallRegion& region : *regions)
//     ... region.action where one of region.cubes holds ...
//
// What no region has gets `silent`, the format's default.

#ifndef BAILEY_POLICY_COMPILER_FORMATS_CALL_REGIONS_H_
#define BAILEY_POLICY_COMPILER_FORMATS_CALL_REGIONS_H_

#include <optional>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/formats/argument_cubes.h"
#include "policy-compiler/language/policy.h"

namespace bailey::policy {

struct CallRegion {
  Action action;
  ArgumentCubes cubes;  // of two regions no cubes meet
};

// Nothing where that takes more than `limit` cubes.
std::optional<std::vector<CallRegion>> RegionsOf(const PortionPolicy& portion,
                                                 const Syscall& call,
                                                 const Action& silent,
                                                 size_t limit);

// What a call gets that none of its rules matches: `otherwise`, or ENOSYS for
// clone3 beside limits on clone.
Action UnmatchedAction(const PortionPolicy& portion, const Syscall& call);

// The strongest answer that the call can get: a denial of all of it that is no
// looser for any arguments, where that is a denial.
Action StrongestAction(const PortionPolicy& portion, const Syscall& call);

// Whether the cube asks for nothing.
bool HoldsAlways(const ArgumentCube& cube);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_FORMATS_CALL_REGIONS_H_
