// Filters by hand: the text that is made of each, and what is said beside it.

#include "policy-compiler/lift/lift.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/policy-compiler/lift/lift_check.h"
#include "tests/policy-compiler/lift/odd_filters.h"

namespace bailey::policy {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr uint32_t kAllow = SECCOMP_RET_ALLOW;
constexpr uint32_t kSocket = 41;
constexpr uint32_t kFamilyLow = 16, kFamilyHigh = 20, kTypeLow = 24;

LiftedPolicy Lift(const std::vector<BpfProgram>& stack) {
  const auto lifted = LiftFilters(stack, {});
  EXPECT_TRUE(lifted.ok()) << lifted.error().message;
  if (!lifted.ok()) return {};
  EXPECT_TRUE(lifted->proved()) << lifted->undecided_reason;
  return *lifted;
}

// The rules alone.
std::string RulesOf(const LiftedPolicy& lifted) {
  const size_t first = lifted.text.find("otherwise");
  const size_t line = lifted.text.find('\n', first) + 1;
  return lifted.text.substr(line, lifted.text.size() - line - 2);
}

void ExpectAgrees(const std::vector<BpfProgram>& stack,
                  const LiftedPolicy& lifted, uint32_t number) {
  const CheckedLift check(stack, lifted);
  std::mt19937_64 random(1);
  constexpr uint64_t kValues[] = {
      0, 1, 2, 3, 5, 0x7f, 0x80000000, 0xffffffff, 1ull << 32, 9, ~0ull, 0x40};
  for (int i = 0; i < 3000; ++i) {
    SeccompData data{.number = number, .architecture = kX8664Word};
    for (uint64_t& argument : data.arguments)
      argument = random() % 4 == 0 ? random() : kValues[random() % 12];
    if (random() % 8 == 0) data.instruction_pointer = random();
    if (random() % 8 == 0) data.number = static_cast<uint32_t>(random());
    if (random() % 8 == 0) data.number = 0x40000000 | (random() % 400);
    if (random() % 8 == 0) data.architecture = 0x40000003;
    ASSERT_TRUE(check.Agrees(data)) << data.number << lifted.text;
  }
}

TEST(Lift, LowHalvesAreKernelWidths) {
  const BpfProgram program =
      OnlyCall(kSocket, {Load(kFamilyLow), Jump(BPF_JEQ, 1, 4, 0),
                         Jump(BPF_JEQ, 2, 0, 5), Load(kTypeLow),
                         Alu(BPF_AND, 0xf), Jump(BPF_JEQ, 1, 0, 1),
                         Return(kAllow), Return(Errno(1)), Return(Errno(13))});
  const LiftedPolicy lifted = Lift({program});
  EXPECT_EQ(lifted.widths, Widths::kKernel);
  EXPECT_THAT(lifted.differences, IsEmpty());
  EXPECT_EQ(RulesOf(lifted),
            "\n  allow syscall socket;\n"
            "\n  deny syscall socket(domain == AF_INET, "
            "type & SOCK_TYPE_MASK != SOCK_STREAM)\n      then errno EPERM;\n"
            "\n  deny syscall socket(not domain in {AF_UNIX, AF_INET}) "
            "then errno EACCES;\n");
}

TEST(Lift, HighHalvesAreFullWidths) {
  const BpfProgram program = OnlyCall(
      kSocket, {Load(kFamilyHigh), Jump(BPF_JEQ, 0, 0, 3), Load(kFamilyLow),
                Jump(BPF_JGE, 7, 1, 0), Return(kAllow), Return(Errno(1))});
  const LiftedPolicy lifted = Lift({program});
  EXPECT_EQ(lifted.widths, Widths::kFull);
  EXPECT_THAT(lifted.differences, IsEmpty());
  EXPECT_THAT(lifted.text, HasSubstr("widths full;"));
  EXPECT_THAT(lifted.text, HasSubstr("deny syscall socket(domain >= 7) then "
                                     "errno EPERM;"));
  ExpectAgrees({program}, lifted, kSocket);
}

TEST(Lift, SixtyFourBitOrderIsOneComparison) {
  // lseek's offset > 0x100000002.
  const BpfProgram program =
      OnlyCall(8, {Load(kTypeLow + 4), Jump(BPF_JGT, 1, 3, 0),
                   Jump(BPF_JEQ, 1, 0, 3), Load(kTypeLow),
                   Jump(BPF_JGT, 2, 0, 1), Return(Errno(1)), Return(kAllow)});
  const LiftedPolicy lifted = Lift({program});
  EXPECT_THAT(lifted.differences, IsEmpty());
  // An unsigned comparison of what the kernel takes as signed.
  EXPECT_EQ(RulesOf(lifted),
            "\n  allow syscall lseek;\n"
            "\n  deny syscall lseek(not offset in {0..0x100000002}) then errno "
            "EPERM;\n");
}

TEST(Lift, ArithmeticOnOneWordIsUndone) {
  const BpfProgram program = OnlyCall(
      kSocket, {Load(kFamilyLow), Code(BPF_ST, 3), Alu(BPF_ADD, 5),
                Alu(BPF_XOR, 0x3), Alu(BPF_LSH, 2), Jump(BPF_JEQ, 0x14, 3, 0),
                Code(BPF_LDX | BPF_MEM, 3), Code(BPF_MISC | BPF_TXA),
                Jump(BPF_JEQ, 9, 0, 1), Return(kAllow), Return(Errno(1))});
  const LiftedPolicy lifted = Lift({program});
  EXPECT_THAT(lifted.differences, IsEmpty());
  ExpectAgrees({program}, lifted, kSocket);
}

TEST(Lift, BitsChosenByAnArgumentAreASet) {
  const BpfProgram program = OnlyCall(
      kSocket,
      {Load(kFamilyLow), Jump(BPF_JGE, 32, 4, 0), Code(BPF_MISC | BPF_TAX),
       Code(BPF_LD | BPF_IMM, 1), Code(BPF_ALU | BPF_LSH | BPF_X),
       Jump(BPF_JSET, 0x406, 1, 0), Return(Errno(97)), Return(kAllow)});
  const LiftedPolicy lifted = Lift({program});
  EXPECT_THAT(lifted.differences, IsEmpty());
  EXPECT_THAT(
      lifted.text,
      HasSubstr("socket(not domain in {AF_UNIX, AF_INET, AF_INET6})\n"));
}

TEST(Lift, WhatTheLanguageCannotSayIsStricterAndListed) {
  const std::pair<BpfProgram, const char*> kCases[] = {
      // The instruction pointer.
      {{Load(8), Jump(BPF_JGE, 0x1000, 0, 1), Return(kAllow), Return(Errno(1))},
       "the instruction pointer"},
      // Two arguments compared.
      {{Load(kFamilyLow), Code(BPF_MISC | BPF_TAX), Load(kTypeLow),
        Code(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1), Return(kAllow),
        Return(Errno(1))},
       "arithmetic on arguments"},
      // Their sum.
      {{Load(kFamilyLow), Code(BPF_MISC | BPF_TAX), Load(kTypeLow),
        Code(BPF_ALU | BPF_ADD | BPF_X), Jump(BPF_JEQ, 7, 0, 1), Return(kAllow),
        Return(Errno(1))},
       "arithmetic on arguments"},
      // An answer out of an argument.
      {{Load(kFamilyLow), Alu(BPF_OR, SECCOMP_RET_ERRNO),
        Code(BPF_RET | BPF_A)},
       "arithmetic on arguments"},
      {{Return(SECCOMP_RET_TRACE | 5)}, "a tracer answers"},
      {{Return(SECCOMP_RET_USER_NOTIF)}, "a supervisor answers"},
      {{Return(Errno(0))}, "returns 0 without being made"},
      {{Return(SECCOMP_RET_TRAP | 9)}, "the signal carries a number"},
  };
  for (const auto& [body, reason] : kCases) {
    const BpfProgram program = OnlyCall(kSocket, body);
    const LiftedPolicy lifted = Lift({program});
    ASSERT_FALSE(lifted.differences.empty()) << lifted.text;
    for (const LiftDifference& difference : lifted.differences) {
      EXPECT_THAT(difference.reason, HasSubstr(reason));
      EXPECT_THAT(lifted.text, HasSubstr("# - socket: the filter answers"));
      EXPECT_EQ(difference.calls, std::vector<std::string>{"socket"});
      const AnswerDifference& example = difference.example;
      EXPECT_NE(example.old_answer, example.new_answer);
      EXPECT_FALSE(MayPermit(example.new_answer));
      // The witness is one.
      const CheckedLift check({&program, 1}, lifted);
      EXPECT_EQ(check.FilterAnswer(example.witness), example.old_answer);
      EXPECT_EQ(check.PolicyAnswer(example.witness), example.new_answer);
    }
    ExpectAgrees({program}, lifted, kSocket);
  }
}

TEST(Lift, OddActionsThatHaveAWord) {
  const std::pair<uint32_t, const char*> kCases[] = {
      {SECCOMP_RET_ALLOW | 77, "allow syscall socket;"},
      {SECCOMP_RET_LOG, "allow syscall socket then log;"},
      {Errno(5000), "deny syscall socket then errno 4095;"},
      {SECCOMP_RET_TRAP, "deny syscall socket then trap;"},
      {SECCOMP_RET_KILL_THREAD | 3, "deny syscall socket then kill_thread;"}};
  for (const auto& [returned, rule] : kCases) {
    const LiftedPolicy lifted = Lift({OnlyCall(kSocket, {Return(returned)})});
    EXPECT_THAT(lifted.differences, IsEmpty()) << rule;
    EXPECT_THAT(lifted.text, HasSubstr(rule));
  }
  // An action that the kernel does not know kills, as `otherwise` does here.
  const LiftedPolicy lifted = Lift({OnlyCall(kSocket, {Return(0x12345678)})});
  EXPECT_THAT(lifted.differences, IsEmpty());
  EXPECT_EQ(RulesOf(lifted), "");
}

TEST(Lift, DivisionByAnArgumentEndsWithAKill) {
  const BpfProgram program =
      OnlyCall(kSocket, {Load(kFamilyLow), Code(BPF_MISC | BPF_TAX),
                         Code(BPF_LD | BPF_IMM, 12),
                         Code(BPF_ALU | BPF_DIV | BPF_X), Return(kAllow)});
  const LiftedPolicy lifted = Lift({program});
  EXPECT_THAT(lifted.differences, IsEmpty());
  EXPECT_THAT(lifted.text, HasSubstr("deny syscall socket(domain == "
                                     "AF_UNSPEC) then kill_thread;"));
}

TEST(Lift, AddressesAndUndeclaredArgumentsNeedFullWidths) {
  // execve's path, and getpid's sixth argument.
  const BpfProgram program = {
      Load(4),         Jump(BPF_JEQ, kX8664Word, 1, 0), Return(0),
      Load(0),         Jump(BPF_JEQ, 59, 1, 0),         Jump(BPF_JEQ, 39, 3, 6),
      Load(16),        Jump(BPF_JEQ, 0x5000, 3, 4),     Return(0),
      Load(56),        Jump(BPF_JEQ, 1, 0, 1),          Return(kAllow),
      Return(Errno(1))};
  const LiftedPolicy lifted = Lift({program});
  EXPECT_EQ(lifted.widths, Widths::kFull);
  EXPECT_THAT(lifted.text,
              HasSubstr("execve(argument0 & 0xffffffff == 0x5000)"));
  EXPECT_THAT(lifted.text, HasSubstr("getpid(argument5 & 0xffffffff == 0x1)"));
  ExpectAgrees({program}, lifted, 59);
}

TEST(Lift, AStackIsAsTheKernelCombinesIt) {
  const BpfProgram older =
      OnlyCall(kSocket, {Load(kFamilyLow), Jump(BPF_JEQ, 1, 0, 1),
                         Return(SECCOMP_RET_TRAP), Return(Errno(1))});
  const BpfProgram newer =
      OnlyCall(kSocket, {Load(kTypeLow), Jump(BPF_JEQ, 2, 0, 1), Return(kAllow),
                         Return(Errno(2))});
  const LiftedPolicy lifted = Lift({older, newer});
  EXPECT_THAT(lifted.differences, IsEmpty());
  EXPECT_EQ(lifted.instructions, (std::vector<size_t>{10, 10}));
  EXPECT_THAT(lifted.text, HasSubstr("socket(domain == AF_UNIX) then trap;"));
  ExpectAgrees({older, newer}, lifted, kSocket);
  // Of equal actions the one that was installed last speaks.
  EXPECT_THAT(lifted.text, HasSubstr("socket(domain != AF_UNIX, "
                                     "type != SOCK_DGRAM) then errno ENOENT;"));
}

TEST(Lift, Clone3NextToLimitsOnCloneIsADifference) {
  const BpfProgram program = {Load(4),
                              Jump(BPF_JEQ, kX8664Word, 1, 0),
                              Return(0),
                              Load(0),
                              Jump(BPF_JEQ, 435, 3, 0),
                              Jump(BPF_JEQ, 56, 0, 3),
                              Load(16),
                              Jump(BPF_JSET, 0x10000000, 1, 0),
                              Return(kAllow),
                              Return(Errno(1))};
  const LiftedPolicy lifted = Lift({program});
  std::vector<LiftDifference> of_calls = lifted.differences;
  std::erase_if(of_calls, [](const LiftDifference& difference) {
    return difference.example.region != InputRegion::kSyscall;
  });
  ASSERT_THAT(of_calls, SizeIs(1));
  EXPECT_EQ(of_calls[0].calls, std::vector<std::string>{"clone3"});
  EXPECT_THAT(of_calls[0].reason,
              HasSubstr("clone3's flags lie behind a pointer"));
}

TEST(Lift, ForcedSemanticsAreListed) {
  // Nothing is checked: everything is allowed, but for one call.
  const BpfProgram program = {Load(0), Jump(BPF_JEQ, 101, 0, 1),
                              Return(Errno(1)), Return(kAllow)};
  const LiftedPolicy lifted = Lift({program});
  EXPECT_THAT(lifted.text, HasSubstr("otherwise allow;"));
  EXPECT_THAT(lifted.text, HasSubstr("deny syscall ptrace then errno EPERM;"));
  EXPECT_THAT(lifted.text, HasSubstr("# - calls of "));
  EXPECT_THAT(lifted.text, HasSubstr("x32 calls: the filter answers allow"));
  EXPECT_THAT(lifted.text, HasSubstr("numbers of no known call: the filter "));
  ExpectAgrees({program}, lifted, 101);
}

TEST(Lift, TheArchitectureIsTheOneThatTheFilterTellsApart) {
  BpfProgram program = OnlyCall(198, {Return(kAllow)});
  EXPECT_EQ(*ArchitectureOf({&program, 1}), Architecture::kX8664);
  program[1].k = 0xc00000b7;
  EXPECT_EQ(*ArchitectureOf({&program, 1}), Architecture::kAarch64);
  const auto lifted =
      LiftFilters({&program, 1}, {.architecture = Architecture::kAarch64});
  ASSERT_TRUE(lifted.ok());
  EXPECT_THAT(lifted->text, HasSubstr("target linux aarch64;"));
  EXPECT_THAT(lifted->text, HasSubstr("allow syscall socket;"));
  EXPECT_THAT(lifted->differences, IsEmpty());
}

// 2^n ways through n tests whose outcomes add up.
TEST(Lift, TooComplexFiltersEndInAnError) {
  BpfProgram body = {Code(BPF_LD | BPF_IMM, 0), Code(BPF_ST, 0)};
  for (uint32_t bit = 0; bit < 30; ++bit) {
    const BpfProgram step = {
        Load(kFamilyLow + 8 * (bit % 6)), Alu(BPF_AND, 1u << (bit / 2)),
        Jump(BPF_JEQ, 0, 3, 0),           Code(BPF_LD | BPF_MEM, 0),
        Alu(BPF_ADD, 1u << bit),          Code(BPF_ST, 0)};
    body.insert(body.end(), step.begin(), step.end());
  }
  body.push_back(Code(BPF_LD | BPF_MEM, 0));
  body.push_back(Jump(BPF_JEQ, 7, 0, 1));
  body.push_back(Return(kAllow));
  body.push_back(Return(Errno(1)));
  const BpfProgram program = OnlyCall(kSocket, body);
  ASSERT_TRUE(ValidateBpf(program).ok());
  const auto lifted = LiftFilters({&program, 1}, {});
  ASSERT_FALSE(lifted.ok());
  EXPECT_THAT(lifted.error().message,
              HasSubstr("`socket`: the filter is too complex to lift"));
}

TEST(Lift, LongFiltersOfManyTestsAreLifted) {
  BpfProgram body = {Load(kFamilyLow)};
  for (uint32_t value = 0; value < 500; ++value) {
    body.push_back(Jump(BPF_JEQ, 3 * value, 0, 1));
    body.push_back(Return(kAllow));
  }
  body.push_back(Return(Errno(1)));
  const BpfProgram program = OnlyCall(kSocket, body);
  const LiftedPolicy lifted = Lift({program});
  EXPECT_THAT(lifted.differences, IsEmpty());
  EXPECT_THAT(lifted.text, HasSubstr("1494, 1497})"));
}

TEST(Lift, BadProgramsAndNoneAreErrors) {
  const std::vector<BpfProgram> none, bad = {{Load(0)}};
  EXPECT_FALSE(LiftFilters(none, {}).ok());
  EXPECT_FALSE(LiftFilters(bad, {}).ok());
  EXPECT_FALSE(ArchitectureOf(bad).ok());
}

}  // namespace
}  // namespace bailey::policy
