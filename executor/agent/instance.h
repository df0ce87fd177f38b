// One instance, from its specification to its outcome.
//
//   Outcome outcome = RunInstance(spec, descriptors, launcher_socket);
//
// The agent's PID namespace ends with the agent, so whatever is left then dies.

#ifndef BAILEY_EXECUTOR_AGENT_INSTANCE_H_
#define BAILEY_EXECUTOR_AGENT_INSTANCE_H_

#include <vector>

#include "common/fd.h"
#include "executor/outcome.h"
#include "executor/spec.h"

namespace bailey::executor {

// Every failure is an outcome of the kind kFailed. `descriptors` are the start
// message's; the program's standard streams among them are closed once it has
// them. Returns early if `launcher_socket` closes.
Outcome RunInstance(const InstanceSpec& spec, std::vector<UniqueFd> descriptors,
                    int launcher_socket);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_INSTANCE_H_
