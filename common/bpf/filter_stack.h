// What the kernel makes of the answers of its filters.
//
//   uint32_t value = RunBpfStack(stack, data);   // stack[0] was installed
//   first if (EffectiveReturn(value) == SECCOMP_RET_KILL_PROCESS) ...
//
// The order is seccomp_run_filters', the effect __seccomp_filter's
// (kernel/seccomp.c, Linux 5.x and 6.x).

#ifndef BAILEY_COMMON_BPF_FILTER_STACK_H_
#define BAILEY_COMMON_BPF_FILTER_STACK_H_

#include <cstdint>
#include <span>

#include "common/bpf/evaluator.h"

namespace bailey {

// The strongest action that one of them returns, with its data; of equal ones
// that of the filter that was installed last. Programs are such as ValidateBpf
// accepts; without any, everything is allowed.
uint32_t RunBpfStack(std::span<const BpfProgram> stack,
                     const SeccompData& data);

// The value of the same effect that a policy's own filter would return: data
// that nobody reads removed (allow, log, kills, notify), an errno cut to 4095,
// an action that the kernel does not know turned into a kill of the process.
uint32_t EffectiveReturn(uint32_t returned);

}  // namespace bailey

#endif  // BAILEY_COMMON_BPF_FILTER_STACK_H_
