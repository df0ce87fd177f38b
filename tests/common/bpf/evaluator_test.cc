#include "common/bpf/evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey {
namespace {

constexpr sock_filter kReturn7 = BPF_STMT(BPF_RET | BPF_K, 7);

sock_filter Statement(int code, uint32_t k) {
  return BPF_STMT(static_cast<uint16_t>(code), k);
}

sock_filter Jump(int code, uint32_t k, uint8_t jt, uint8_t jf) {
  return {static_cast<uint16_t>(code), jt, jf, k};
}

uint32_t Returned(const BpfProgram& program, const SeccompData& data = {}) {
  EXPECT_TRUE(ValidateBpf(program).ok());
  return RunBpf(program, data).returned;
}

TEST(SeccompWord, FollowsStructSeccompData) {
  SeccompData data{
      .number = 1, .architecture = 2, .instruction_pointer = 0x400000003};
  data.arguments[0] = 0x600000005;
  data.arguments[5] = 0x800000007;
  for (const auto& [offset, word] : {std::pair{0u, 1u},
                                     {4u, 2u},
                                     {8u, 3u},
                                     {12u, 4u},
                                     {16u, 5u},
                                     {20u, 6u},
                                     {56u, 7u},
                                     {60u, 8u}}) {
    EXPECT_EQ(SeccompWord(data, offset), word) << offset;
  }
}

TEST(ValidateBpf, NamesTheInstructionItRefuses) {
  const auto result =
      ValidateBpf(BpfProgram{Statement(BPF_LD | BPF_W | BPF_ABS, 2), kReturn7});
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message,
              testing::AllOf(testing::HasSubstr("instruction 0"),
                             testing::HasSubstr("aligned")));
}

TEST(ValidateBpf, RefusesEmptyAndTooLongPrograms) {
  EXPECT_FALSE(ValidateBpf({}).ok());
  BpfProgram program(kMaxBpfInstructions, kReturn7);
  EXPECT_TRUE(ValidateBpf(program).ok());
  program.push_back(kReturn7);
  EXPECT_FALSE(ValidateBpf(program).ok());
}

TEST(ValidateBpf, RefusesProgramsThatDoNotEndInAReturn) {
  EXPECT_FALSE(ValidateBpf(BpfProgram{Statement(BPF_LD | BPF_IMM, 0)}).ok());
}

TEST(ValidateBpf, ScratchMemoryIsWrittenOnEveryPath) {
  const auto program = [](uint8_t skip_store) {
    return BpfProgram{Jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, skip_store),
                      Statement(BPF_ST, 3), Statement(BPF_LD | BPF_MEM, 3),
                      kReturn7};
  };
  EXPECT_TRUE(ValidateBpf(program(0)).ok());
  EXPECT_FALSE(ValidateBpf(program(1)).ok());
}

TEST(RunBpf, CountsInstructionsWithTheReturn) {
  const BpfProgram program = {Statement(BPF_JMP | BPF_JA, 1),
                              Statement(BPF_RET | BPF_K, 1), kReturn7};
  ASSERT_TRUE(ValidateBpf(program).ok());
  const BpfRun run = RunBpf(program, {});
  EXPECT_EQ(run.returned, 7u);
  EXPECT_EQ(run.instructions, 2u);
}

TEST(RunBpf, DivisionByZeroReturnsZero) {
  EXPECT_EQ(Returned({Statement(BPF_LD | BPF_IMM, 9),
                      Statement(BPF_ALU | BPF_DIV | BPF_X, 0), kReturn7}),
            0u);
}

TEST(RunBpf, ArithmeticIs32BitsAndUnsigned) {
  const auto compute = [](int operation, uint32_t a, uint32_t x) {
    return Returned({Statement(BPF_LD | BPF_IMM, a),
                     Statement(BPF_LDX | BPF_IMM, x),
                     Statement(BPF_ALU | operation | BPF_X, 0),
                     Statement(BPF_RET | BPF_A, 0)});
  };
  EXPECT_EQ(compute(BPF_ADD, 0xffffffff, 2), 1u);
  EXPECT_EQ(compute(BPF_SUB, 1, 2), 0xffffffffu);
  EXPECT_EQ(compute(BPF_DIV, 0xfffffffe, 2), 0x7fffffffu);
  EXPECT_EQ(compute(BPF_LSH, 1, 33), 2u);
  EXPECT_EQ(compute(BPF_RSH, 0x80000000, 31), 1u);
}

TEST(RunBpf, ComparisonsAreUnsigned) {
  const auto jumps = [](int operation, uint32_t a, uint32_t k) {
    return Returned({Statement(BPF_LD | BPF_IMM, a),
                     Jump(BPF_JMP | operation | BPF_K, k, 0, 1),
                     Statement(BPF_RET | BPF_K, 1),
                     Statement(BPF_RET | BPF_K, 0)});
  };
  EXPECT_EQ(jumps(BPF_JGT, 0x80000000, 1), 1u);
  EXPECT_EQ(jumps(BPF_JGT, 1, 1), 0u);
  EXPECT_EQ(jumps(BPF_JGE, 1, 1), 1u);
  EXPECT_EQ(jumps(BPF_JEQ, 1, 2), 0u);
  EXPECT_EQ(jumps(BPF_JSET, 6, 4), 1u);
  EXPECT_EQ(jumps(BPF_JSET, 3, 4), 0u);
}

}  // namespace
}  // namespace bailey
