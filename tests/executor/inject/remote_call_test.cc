#include "executor/inject/remote_call.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include <cstring>

#include "tests/executor/inject/traced_child.h"

namespace bailey::executor {
namespace {

constexpr size_t kStackBytes = 48 * 1024;

struct Snapshot {
  user_regs_struct registers{};
  std::string code;
  std::string stack;
  uint64_t mask = 0;
};

std::string ReadMemory(pid_t pid, uint64_t address, size_t size) {
  std::string bytes(size, '\0');
  const iovec local{bytes.data(), size};
  const iovec remote{reinterpret_cast<void*>(address), size};
  EXPECT_EQ(process_vm_readv(pid, &local, 1, &remote, 1, 0),
            static_cast<ssize_t>(size));
  return bytes;
}

Snapshot Take(pid_t pid) {
  Snapshot taken;
  EXPECT_EQ(ptrace(PTRACE_GETREGS, pid, nullptr, &taken.registers), 0);
  taken.code = ReadMemory(pid, taken.registers.rip & ~uint64_t{4095}, 4096);
  taken.stack =
      ReadMemory(pid, taken.registers.rsp - kStackBytes, kStackBytes + 256);
  EXPECT_EQ(ptrace(PTRACE_GETSIGMASK, pid, sizeof taken.mask, &taken.mask), 0);
  return taken;
}

// To execve's exit stop, as ExecFilter does it.
void RunToTheEndOfExec(TracedChild& child) {
  ASSERT_EQ(ptrace(PTRACE_SEIZE, child.pid(), nullptr,
                   PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD),
            0);
  child.LetExec();
  ASSERT_TRUE(AwaitStop(child.pid()).ok());
  ASSERT_TRUE(StepToSystemCall(child.pid()).ok());
  ASSERT_TRUE(AwaitStop(child.pid()).ok());
}

TEST(RemoteCallTest, MakesCallsAndRestoresEverything) {
  TracedChild child(
      {std::string(BAILEY_BINARY_DIR) + "/executor-inject-pie", "uname"});
  RunToTheEndOfExec(child);
  const Snapshot before = Take(child.pid());
  auto caller = RemoteCaller::Take(child.pid());
  ASSERT_TRUE(caller.ok()) << caller.error().message;
  const auto pid = caller->Call(SYS_getpid, {});
  ASSERT_TRUE(pid.ok()) << pid.error().message;
  EXPECT_EQ(*pid, child.pid());
  const std::string text(32 * 1024, 'x');
  const auto address = caller->Push(text);
  ASSERT_TRUE(address.ok()) << address.error().message;
  EXPECT_EQ(ReadMemory(child.pid(), *address, text.size()), text);
  const auto bad = caller->Call(SYS_close, {999});
  ASSERT_TRUE(bad.ok());
  EXPECT_EQ(*bad, -EBADF);
  ASSERT_TRUE(caller->Restore().ok());
  const Snapshot after = Take(child.pid());
  EXPECT_EQ(
      std::memcmp(&before.registers, &after.registers, sizeof before.registers),
      0);
  EXPECT_EQ(before.code, after.code);
  EXPECT_EQ(before.stack, after.stack);
  EXPECT_EQ(before.mask, after.mask);
  EXPECT_EQ(ptrace(PTRACE_DETACH, child.pid(), nullptr, nullptr), 0);
  EXPECT_EQ(child.Output(), "uname: ok\n");
}

}  // namespace
}  // namespace bailey::executor
