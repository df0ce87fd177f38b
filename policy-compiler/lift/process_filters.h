// The seccomp filters of a running thread, as it installed them, by ptrace(2).
//
//   ASSIGN_OR_RETURN(std::vector<BpfProgram> stack, ReadProcessFilters(1234));
//
// The kernel shows them to a caller with CAP_SYS_ADMIN in the initial user
// namespace that is under no filter itself (and if it was built with
// CONFIG_CHECKPOINT_RESTORE): to root, that is. The thread stops for some
// microseconds and goes on: it is seized without a signal, and a signal that
// arrives in between is passed on. Should we die meanwhile the kernel lets go
// of it, and it runs on.

#ifndef BAILEY_POLICY_COMPILER_LIFT_PROCESS_FILTERS_H_
#define BAILEY_POLICY_COMPILER_LIFT_PROCESS_FILTERS_H_

#include <sys/types.h>

#include <vector>

#include "common/bpf/evaluator.h"
#include "common/result.h"

namespace bailey::policy {

// The first one was installed first. `thread` is a process or thread id; an
// error says whether it has no filter, or what is missing to see it.
Result<std::vector<BpfProgram>> ReadProcessFilters(pid_t thread);

}  // namespace bailey::policy

#endif  // BAILEY_POLICY_COMPILER_LIFT_PROCESS_FILTERS_H_
