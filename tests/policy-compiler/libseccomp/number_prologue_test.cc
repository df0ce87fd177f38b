#include "policy-compiler/libseccomp/number_prologue.h"

#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <cerrno>

#include "common/syscalls/syscall_table.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kOwn = SECCOMP_RET_LOG;  // what the program itself returns

BpfProgram Behind(Architecture architecture, const Action& otherwise) {
  Policy policy;
  policy.architecture = architecture;
  PortionPolicy portion;
  portion.otherwise = otherwise;
  return WithNumberPrologue(policy, portion, {BPF_STMT(BPF_RET | BPF_K, kOwn)});
}

uint32_t Returned(const BpfProgram& program, Architecture architecture,
                  uint32_t number) {
  return RunBpf(program,
                {.number = number,
                 .architecture = SyscallTable::For(architecture).audit_arch()})
      .returned;
}

class NumberPrologue : public testing::TestWithParam<Architecture> {};

INSTANTIATE_TEST_SUITE_P(Targets, NumberPrologue,
                         testing::ValuesIn(kArchitectures),
                         [](const auto& each) {
                           return std::string(ArchitectureName(each.param));
                         });

TEST_P(NumberPrologue, LeavesKnownNumbersToTheProgramAndAnswersOthers) {
  const BpfProgram program = Behind(GetParam(), {ActionKind::kErrno, 1});
  ASSERT_TRUE(ValidateBpf(program).ok());
  const SyscallTable& table = SyscallTable::For(GetParam());
  for (uint32_t number = 0; number < 600; ++number) {
    const bool known = table.FindByNumber(number) != nullptr;
    EXPECT_EQ(Returned(program, GetParam(), number),
              known ? kOwn : uint32_t{SECCOMP_RET_ERRNO | ENOSYS})
        << number;
  }
  EXPECT_EQ(Returned(program, GetParam(), 0x80000000),
            uint32_t{SECCOMP_RET_ERRNO | ENOSYS});
  EXPECT_EQ(Returned(program, GetParam(), 0x40000001),
            GetParam() == Architecture::kX8664
                ? uint32_t{SECCOMP_RET_KILL_PROCESS}
                : uint32_t{SECCOMP_RET_ERRNO | ENOSYS});
  EXPECT_EQ(RunBpf(program, {.number = 0, .architecture = 1}).returned, kOwn);
}

TEST_P(NumberPrologue, IsNotThereWhereEverythingElseIsKilled) {
  EXPECT_EQ(Behind(GetParam(), {ActionKind::kKillProcess}).size(), 1u);
}

TEST_P(NumberPrologue, KillsTheThreadWhereThePolicyDoes) {
  const BpfProgram program = Behind(GetParam(), {ActionKind::kKillThread});
  EXPECT_EQ(Returned(program, GetParam(), 0xffffffff),
            uint32_t{SECCOMP_RET_KILL_THREAD});
}

}  // namespace
}  // namespace bailey::policy
