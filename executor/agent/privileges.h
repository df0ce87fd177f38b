// Giving privileges up, for good.
//
//   RETURN_IF_ERROR(DropCapabilities());   // none left, none to be gained
//   RETURN_IF_ERROR(LimitResources(limits, reserved));

#ifndef BAILEY_EXECUTOR_AGENT_PRIVILEGES_H_
#define BAILEY_EXECUTOR_AGENT_PRIVILEGES_H_

#include "common/documents/plan.h"
#include "common/result.h"
#include "executor/agent/container_setup.h"

namespace bailey::executor {

// Locks the secure bits, empties the bounding, ambient, inheritable, permitted
// and effective sets, and sets no_new_privs. Needs CAP_SETPCAP.
Result<> DropCapabilities();

// What limits can be set without a cgroup. Memory is bounded as data (heap,
// private mappings) and as address space with kAddressSpaceSlackBytes on top,
// for libraries and channels, and what is reserved on top of both; processes
// count the container's first one too.
inline constexpr uint64_t kAddressSpaceSlackBytes = uint64_t{256} << 20;
Result<> LimitResources(const PlanLimits& limits,
                        const ReservedSpace& reserved);

// SIGKILL when the parent ends. Must be called after the last change of ids,
// which clears it.
Result<> DieWithParent();

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_PRIVILEGES_H_
