#include "policy-compiler/seccomp/unreached.h"

#include <gtest/gtest.h>

#include <random>

namespace bailey::policy {
namespace {

TEST(Unreached, IsLeftOutAndJumpsAreMended) {
  const BpfProgram program = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 7, 1, 3),
      BPF_STMT(BPF_RET | BPF_K, 1),  // in vain
      BPF_STMT(BPF_JMP | BPF_JA, 2),
      BPF_STMT(BPF_RET | BPF_K, 2),  // in vain
      BPF_STMT(BPF_RET | BPF_K, 3),
      BPF_STMT(BPF_RET | BPF_K, 4),
  };
  const BpfProgram shorter = WithoutUnreached(program);
  ASSERT_EQ(shorter.size(), 5u);
  ASSERT_TRUE(ValidateBpf(shorter).ok());
  for (const uint32_t number : {7u, 8u}) {
    const SeccompData data{.number = number};
    EXPECT_EQ(RunBpf(shorter, data).returned, RunBpf(program, data).returned);
  }
}

TEST(Unreached, RandomProgramsAnswerTheSame) {
  std::mt19937 random(11);
  const auto below = [&](size_t bound) {
    return static_cast<uint32_t>(bound == 0 ? 0 : random() % bound);
  };
  for (int i = 0; i < 500; ++i) {
    BpfProgram program = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0)};
    const size_t size = 4 + below(60);
    while (program.size() < size) {
      const size_t room = size - program.size() - 1;
      const auto over = [&] { return below(room); };
      switch (below(4)) {
        case 0:
          program.push_back(BPF_STMT(BPF_JMP | BPF_JA, over()));
          break;
        case 1:
          program.push_back(BPF_STMT(BPF_RET | BPF_K, below(9)));
          break;
        default:
          program.push_back(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, below(16),
                                     static_cast<uint8_t>(over()),
                                     static_cast<uint8_t>(over())));
      }
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, 9));
    ASSERT_TRUE(ValidateBpf(program).ok());
    const BpfProgram shorter = WithoutUnreached(program);
    ASSERT_TRUE(ValidateBpf(shorter).ok());
    EXPECT_EQ(WithoutUnreached(shorter).size(), shorter.size());
    for (uint32_t number = 0; number < 17; ++number) {
      const SeccompData data{.number = number};
      ASSERT_EQ(RunBpf(shorter, data).returned, RunBpf(program, data).returned);
    }
  }
}

}  // namespace
}  // namespace bailey::policy
