#include "policy-compiler/seccomp/kernel_bitmap.h"

#include <gtest/gtest.h>
#include <linux/seccomp.h>

namespace bailey::policy {
namespace {

constexpr uint32_t kArch = 0xc000003e;

sock_filter Load(uint32_t offset) {
  return BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
}
sock_filter Return(uint32_t value) { return BPF_STMT(BPF_RET | BPF_K, value); }

TEST(IsConstantAllow, FollowsTestsOfNumberAndArchitecture) {
  const BpfProgram program = {Load(4),
                              BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArch, 0, 6),
                              Load(0),
                              BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 100, 4, 0),
                              BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 1, 3, 0),
                              BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
                              BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 0x20, 1, 0),
                              Return(SECCOMP_RET_ALLOW),
                              Return(SECCOMP_RET_ERRNO | 1)};
  ASSERT_TRUE(ValidateBpf(program).ok());
  EXPECT_TRUE(IsConstantAllow(program, kArch, 0x2e));
  EXPECT_FALSE(IsConstantAllow(program, kArch, 0x2f));
  EXPECT_FALSE(IsConstantAllow(program, kArch, 0x32));
  EXPECT_FALSE(IsConstantAllow(program, kArch, 200));
  EXPECT_FALSE(IsConstantAllow(program, kArch + 1, 0x2e));
}

TEST(IsConstantAllow, GivesUpAtAnArgument) {
  const BpfProgram program = {Load(16), Return(SECCOMP_RET_ALLOW)};
  ASSERT_TRUE(ValidateBpf(program).ok());
  EXPECT_FALSE(IsConstantAllow(program, kArch, 1));
}

TEST(IsConstantAllow, GivesUpAtWhatTheKernelDoesNotEmulate) {
  const sock_filter others[] = {BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 1),
                                BPF_STMT(BPF_ALU | BPF_OR | BPF_K, 1),
                                BPF_STMT(BPF_MISC | BPF_TAX, 0),
                                BPF_STMT(BPF_LD | BPF_IMM, 1),
                                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 0)};
  for (const sock_filter& other : others) {
    const BpfProgram program = {Load(0), other, Return(SECCOMP_RET_ALLOW)};
    ASSERT_TRUE(ValidateBpf(program).ok());
    EXPECT_FALSE(IsConstantAllow(program, kArch, 1));
  }
}

TEST(IsConstantAllow, IsNoDenialAndNoLog) {
  for (const uint32_t value :
       {uint32_t{SECCOMP_RET_LOG}, uint32_t{SECCOMP_RET_ERRNO} | 1,
        uint32_t{SECCOMP_RET_ALLOW} | 1}) {
    const BpfProgram program = {Return(value)};
    EXPECT_FALSE(IsConstantAllow(program, kArch, 1));
  }
}

}  // namespace
}  // namespace bailey::policy
