// The built-in texts compile, prove, and mean what their comments say.

#include "policies/builtin_policies.h"

#include <gtest/gtest.h>

#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/plan/filters.h"

namespace bailey::policy {
namespace {

class RuntimeCTest : public ::testing::Test {
 protected:
  RuntimeCTest() {
    ParsedPolicy parsed = LoadPolicy(
        {"t.policy", "policy t { use \"runtime/c\"; otherwise errno EPERM; }"},
        FindBuiltinPolicy);
    EXPECT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
    policy_ = *parsed.policy;
  }

  std::string Ask(const std::string& call, std::vector<std::string> arguments) {
    const auto data = ParseInvocation(policy_.architecture, call, arguments);
    EXPECT_TRUE(data.ok()) << data.error().message;
    return ActionName(
        Evaluate(policy_.architecture, policy_.portions[0], *data).action);
  }

  Policy policy_;
};

TEST_F(RuntimeCTest, MemoryMayNotBecomeExecutable) {
  EXPECT_EQ(Ask("mmap", {"0", "4096", "PROT_READ|PROT_WRITE"}), "allow");
  EXPECT_EQ(Ask("mmap", {"0", "4096", "PROT_READ|PROT_EXEC"}), "errno EPERM");
  EXPECT_EQ(Ask("mprotect", {"0", "4096", "PROT_EXEC"}), "errno EPERM");
}

TEST_F(RuntimeCTest, DescriptorsMayBeAskedAboutButNotPathsOpened) {
  EXPECT_EQ(Ask("newfstatat", {"1", "0", "0", "AT_EMPTY_PATH"}), "allow");
  EXPECT_EQ(Ask("newfstatat", {"AT_FDCWD", "0", "0", "0"}), "errno EPERM");
  EXPECT_EQ(Ask("openat", {"AT_FDCWD", "0", "O_RDONLY"}), "errno EPERM");
  EXPECT_EQ(Ask("ioctl", {"1", "TCGETS"}), "allow");
  EXPECT_EQ(Ask("ioctl", {"1", "TIOCSTI"}), "errno EPERM");
}

TEST_F(RuntimeCTest, LocksHaveNoPriorityInheritance) {
  for (const char* operation :
       {"FUTEX_WAIT", "FUTEX_WAKE|FUTEX_PRIVATE_FLAG",
        "FUTEX_WAIT_BITSET|FUTEX_PRIVATE_FLAG|FUTEX_CLOCK_REALTIME"})
    EXPECT_EQ(Ask("futex", {"0", operation}), "allow") << operation;
  for (const char* operation :
       {"FUTEX_LOCK_PI", "FUTEX_UNLOCK_PI|FUTEX_PRIVATE_FLAG",
        "FUTEX_CMP_REQUEUE_PI", "FUTEX_WAIT_REQUEUE_PI", "FUTEX_REQUEUE"})
    EXPECT_EQ(Ask("futex", {"0", operation}), "errno EPERM") << operation;
}

TEST_F(RuntimeCTest, TheKernelsOwnReturnsAreAllowed) {
  EXPECT_EQ(Ask("rt_sigreturn", {}), "allow");
  EXPECT_EQ(Ask("restart_syscall", {}), "allow");
  EXPECT_EQ(Ask("personality", {"READ_IMPLIES_EXEC"}), "errno EPERM");
}

TEST_F(RuntimeCTest, LimitsMayBeReadOnly) {
  EXPECT_EQ(Ask("prlimit64", {"0", "RLIMIT_NOFILE", "0"}), "allow");
  EXPECT_EQ(Ask("prlimit64", {"0", "RLIMIT_NOFILE", "4096"}), "errno EPERM");
}

TEST_F(RuntimeCTest, NothingThatOpensAWayAround) {
  for (const char* call : {"io_uring_setup",
                           "ptrace",
                           "process_vm_readv",
                           "process_vm_writev",
                           "mount",
                           "fsopen",
                           "keyctl",
                           "bpf",
                           "perf_event_open",
                           "userfaultfd",
                           "unshare",
                           "setns",
                           "clone",
                           "clone3",
                           "fork",
                           "vfork",
                           "execve",
                           "socket",
                           "kill",
                           "pidfd_getfd",
                           "memfd_create"})
    EXPECT_EQ(Ask(call, {}), "errno EPERM") << call;
}

TEST(BuiltinPoliciesTest, EachIsProved) {
  for (const BuiltinPolicy& builtin : BuiltinPolicies()) {
    const std::string text = "policy t { use \"" + std::string(builtin.name) +
                             "\"; otherwise kill; }";
    const ParsedPolicy parsed =
        LoadPolicy({"t.policy", text}, FindBuiltinPolicy);
    ASSERT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
    EXPECT_TRUE(parsed.diagnostics.empty()) << RenderText(parsed.diagnostics);
    const auto filters = CompileAndProve(
        *parsed.policy, parsed.policy->portions[0], kProofTimeoutMs);
    ASSERT_TRUE(filters.ok()) << filters.error().message;
    EXPECT_TRUE(AllProved(*filters)) << builtin.name;
  }
}

// Names that aarch64 lacks are left out in silence: the libraries are written
// for every architecture.
TEST(BuiltinPoliciesTest, EachIsProvedForEveryTarget) {
  for (const BuiltinPolicy& builtin : BuiltinPolicies()) {
    const std::string text = "policy t { target linux x86_64, aarch64; use \"" +
                             std::string(builtin.name) +
                             "\"; otherwise kill; }";
    const ParsedPolicy parsed =
        LoadPolicy({"t.policy", text}, FindBuiltinPolicy);
    const Policy* arm = FindTarget(parsed, Architecture::kAarch64);
    ASSERT_NE(arm, nullptr) << RenderText(parsed.diagnostics);
    EXPECT_TRUE(parsed.diagnostics.empty()) << RenderText(parsed.diagnostics);
    EXPECT_EQ(arm->portions[0].syscalls.empty(),
              parsed.policy->portions[0].syscalls.empty());
    const auto filters = CompileAndProve(WithRuntimeRules(*arm),
                                         arm->portions[0], kProofTimeoutMs);
    ASSERT_TRUE(filters.ok()) << filters.error().message;
    EXPECT_TRUE(AllProved(*filters)) << builtin.name;
  }
}

TEST(BuiltinPoliciesTest, AnUnknownNameIsNotFound) {
  EXPECT_FALSE(FindBuiltinPolicy("runtime/none").has_value());
}

}  // namespace
}  // namespace bailey::policy
