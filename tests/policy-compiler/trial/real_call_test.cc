// Calls made for real: each answer of a filter is told from the others.

#include "policy-compiler/trial/real_call.h"

#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <cerrno>

namespace bailey::policy {
namespace {

using Kind = RealAnswer::Kind;

SeccompData CallOf(long number, uint64_t first = 0) {
  SeccompData data;
  data.number = static_cast<uint32_t>(number);
  data.arguments[0] = first;
  return data;
}

// Returns `action` for every call, those that end a process included.
BpfProgram Always(uint32_t action) {
  return {BPF_STMT(BPF_RET | BPF_K, action)};
}

RealAnswer Make(const SeccompData& call, const BpfProgram& program) {
  const auto answer = MakeRealCall(call, program);
  EXPECT_TRUE(answer.has_value()) << answer.error().message;
  return answer.has_value() ? *answer : RealAnswer{};
}

TEST(RealCallTest, WithoutAFilterTheKernelAnswers) {
  const RealAnswer pid = Make(CallOf(SYS_getpid), {});
  EXPECT_EQ(pid.kind, Kind::kReturned);
  EXPECT_GT(pid.value, 0);
  const RealAnswer bad = Make(CallOf(SYS_close, ~uint64_t{0}), {});
  EXPECT_EQ(bad.kind, Kind::kReturned);
  EXPECT_EQ(bad.value, -EBADF);
}

TEST(RealCallTest, EachActionIsSeen) {
  const SeccompData call = CallOf(SYS_getpid);
  EXPECT_GT(Make(call, Always(SECCOMP_RET_ALLOW)).value, 0);
  const RealAnswer error = Make(call, Always(SECCOMP_RET_ERRNO | EACCES));
  EXPECT_EQ(error.kind, Kind::kReturned);
  EXPECT_EQ(error.value, -EACCES);
  EXPECT_EQ(Make(call, Always(SECCOMP_RET_TRAP)).kind, Kind::kTrapped);
  EXPECT_EQ(Make(call, Always(SECCOMP_RET_KILL_PROCESS)).kind, Kind::kKilled);
  EXPECT_EQ(Make(call, Always(SECCOMP_RET_KILL_THREAD)).kind, Kind::kKilled);
}

TEST(RealCallTest, AProcessThatEndsByItselfHasNoAnswer) {
  EXPECT_EQ(Make(CallOf(SYS_exit_group), {}).kind, Kind::kNoAnswer);
}

TEST(RealCallTest, AFilterThatTheKernelRefusesIsAnError) {
  const BpfProgram no_return = {BPF_STMT(BPF_LD | BPF_IMM, 0)};
  EXPECT_FALSE(MakeRealCall(CallOf(SYS_getpid), no_return).has_value());
}

}  // namespace
}  // namespace bailey::policy
