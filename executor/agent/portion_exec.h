// The last steps before a portion's program: in the child of a container's
// first process, from the copied agent to execve.

#ifndef BAILEY_EXECUTOR_AGENT_PORTION_EXEC_H_
#define BAILEY_EXECUTOR_AGENT_PORTION_EXEC_H_

#include <span>

#include "common/fd.h"
#include "common/result.h"
#include "executor/agent/container_setup.h"

namespace bailey::executor {

// Puts each descriptor at its number, without close-on-exec, and closes all
// others.
Result<> PlaceDescriptors(std::span<const PassedFd> descriptors);

// Waits for a byte on `go`, then gives everything up and execs. A failure is
// written to `errors`, which exec closes.
[[noreturn]] void ExecPortion(const ContainerSetup& setup, UniqueFd go,
                              UniqueFd errors);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_PORTION_EXEC_H_
