#include "common/bpf/filter_stack.h"

#include <linux/seccomp.h>

#include <algorithm>

namespace bailey {
namespace {

constexpr uint32_t kMostErrno = 4095;  // MAX_ERRNO

uint32_t ActionOf(uint32_t returned) {
  return returned & SECCOMP_RET_ACTION_FULL;
}

// The kernel compares actions as signed numbers, so that kill_process is the
// least.
bool IsStronger(uint32_t returned, uint32_t than) {
  // SAFETY: since C++20 the conversion is two's complement.
  return static_cast<int32_t>(ActionOf(returned)) <
         static_cast<int32_t>(ActionOf(than));
}

}  // namespace

uint32_t RunBpfStack(std::span<const BpfProgram> stack,
                     const SeccompData& data) {
  uint32_t answer = SECCOMP_RET_ALLOW;
  for (size_t i = stack.size(); i-- > 0;) {
    const uint32_t returned = RunBpf(stack[i], data).returned;
    if (IsStronger(returned, answer)) answer = returned;
  }
  return answer;
}

uint32_t EffectiveReturn(uint32_t returned) {
  const uint32_t data = returned & SECCOMP_RET_DATA;
  switch (ActionOf(returned)) {
    case SECCOMP_RET_ERRNO:
      return SECCOMP_RET_ERRNO | std::min(data, kMostErrno);
    case SECCOMP_RET_TRAP:   // the signal carries the data
    case SECCOMP_RET_TRACE:  // the tracer reads it
      return returned;
    case SECCOMP_RET_KILL_THREAD:
    case SECCOMP_RET_USER_NOTIF:
    case SECCOMP_RET_LOG:
    case SECCOMP_RET_ALLOW:
      return ActionOf(returned);
    default:
      return SECCOMP_RET_KILL_PROCESS;
  }
}

}  // namespace bailey
