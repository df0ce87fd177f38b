// The start of a program as it is: its container waits, it execs, and at the
// end of its execve it is made to give its privileges up and to install
// Landlock and its filter; then it stands there until Supervisor::Release.
//
//   ASSIGN_OR_RETURN(Supervisor supervisor,
//                    StartInjected(portion, view, has_landlock, container));
//
// Landlock is installed there too, and not before the exec: so it allows the
// execution of nothing that no rule allows, the program itself included.

#ifndef BAILEY_EXECUTOR_AGENT_INJECTED_START_H_
#define BAILEY_EXECUTOR_AGENT_INJECTED_START_H_

#include "common/documents/plan.h"
#include "common/result.h"
#include "executor/agent/container.h"
#include "executor/agent/file_view.h"
#include "executor/agent/supervisor.h"

namespace bailey::executor {

// On failure the program was killed, and no instruction of it has run.
Result<Supervisor> StartInjected(const PlanPortion& portion, FileView view,
                                 bool has_landlock, Container& container);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_INJECTED_START_H_
