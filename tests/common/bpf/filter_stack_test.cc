#include "common/bpf/filter_stack.h"

#include <gtest/gtest.h>
#include <linux/seccomp.h>

namespace bailey {
namespace {

BpfProgram Returning(uint32_t value) {
  return {BPF_STMT(BPF_RET | BPF_K, value)};
}

uint32_t Answer(std::vector<uint32_t> values) {
  std::vector<BpfProgram> stack;
  for (const uint32_t value : values) stack.push_back(Returning(value));
  return RunBpfStack(stack, {});
}

TEST(RunBpfStack, TheStrongestActionWins) {
  // From the strongest, as seccomp(2) lists them.
  constexpr uint32_t kOrder[] = {
      SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD, SECCOMP_RET_TRAP,
      SECCOMP_RET_ERRNO | 3,    SECCOMP_RET_USER_NOTIF,  SECCOMP_RET_TRACE,
      SECCOMP_RET_LOG,          SECCOMP_RET_ALLOW};
  for (size_t i = 0; i < std::size(kOrder); ++i) {
    for (size_t j = i; j < std::size(kOrder); ++j) {
      EXPECT_EQ(Answer({kOrder[i], kOrder[j]}), kOrder[i]);
      EXPECT_EQ(Answer({kOrder[j], kOrder[i]}), kOrder[i]);
    }
  }
}

TEST(RunBpfStack, OfEqualActionsTheLastFiltersDataCounts) {
  EXPECT_EQ(Answer({SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 2}),
            SECCOMP_RET_ERRNO | 2);
  EXPECT_EQ(Answer({}), SECCOMP_RET_ALLOW);
}

TEST(EffectiveReturn, IsWhatTheKernelDoes) {
  EXPECT_EQ(EffectiveReturn(SECCOMP_RET_ALLOW | 7), SECCOMP_RET_ALLOW);
  EXPECT_EQ(EffectiveReturn(SECCOMP_RET_KILL_THREAD | 7),
            SECCOMP_RET_KILL_THREAD);
  EXPECT_EQ(EffectiveReturn(SECCOMP_RET_ERRNO | 0xffff),
            SECCOMP_RET_ERRNO | 4095);
  EXPECT_EQ(EffectiveReturn(SECCOMP_RET_TRAP | 7), SECCOMP_RET_TRAP | 7);
  EXPECT_EQ(EffectiveReturn(0x00010000), SECCOMP_RET_KILL_PROCESS);
}

}  // namespace
}  // namespace bailey
