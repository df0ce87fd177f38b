#include "executor/agent/listener.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>

#include "executor/process.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;

constexpr int64_t kLongMs = 20'000;  // no test waits for it unless it fails

// In a child: notifies getppid(2) and makes it, or ends without a filter.
[[noreturn]] void MakeANotifiedCall(int listener_number) {
  std::array<sock_filter, 4> filter = {{
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_getppid},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_USER_NOTIF},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  }};
  const sock_fprog program{filter.size(), filter.data()};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) _exit(1);
  const long fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                          SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
  if (fd < 0 || dup2(static_cast<int>(fd), listener_number) < 0) _exit(2);
  close(static_cast<int>(fd));
  syscall(SYS_getppid);
  _exit(0);
}

constexpr int kNumber = 200;

class ListenerTest : public testing::Test {
 protected:
  void SetUp() override {
    child_ = fork();
    ASSERT_GE(child_, 0);
    if (child_ == 0) MakeANotifiedCall(kNumber);
    pidfd_.Reset(static_cast<int>(syscall(SYS_pidfd_open, child_, 0)));
    ASSERT_TRUE(pidfd_.valid());
  }

  void TearDown() override { End(); }

  void End() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }

  Result<Listener> Take() {
    return Listener::Take(pidfd_.get(), kNumber, NowMs() + kLongMs);
  }

  pid_t child_ = -1;
  UniqueFd pidfd_;
};

TEST_F(ListenerTest, ACallIsAwaitedAndReceived) {
  const Result<Listener> listener = Take();
  ASSERT_TRUE(listener.ok()) << listener.error().message;
  const auto event = listener->Await(NowMs() + kLongMs);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(*event, ListenerEvent::kCall);
}

TEST_F(ListenerTest, NothingUntilTheDeadline) {
  Result<Listener> listener = Take();
  ASSERT_TRUE(listener.ok()) << listener.error().message;
  ASSERT_TRUE(listener->Await(NowMs() + kLongMs).ok());
  ASSERT_TRUE(listener->Receive().ok());
  const auto event = listener->Await(NowMs() + 1);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(*event, ListenerEvent::kTimeout);
}

// Killed between its filter's installation and the first look at its calls: the
// agent must neither turn in a circle nor wait for the time limit.
TEST_F(ListenerTest, TheEndOfTheLastProcessIsSeen) {
  Result<Listener> listener = Take();
  ASSERT_TRUE(listener.ok()) << listener.error().message;
  ASSERT_TRUE(listener->Await(NowMs() + kLongMs).ok());
  End();
  const auto event = listener->Await(NowMs() + kLongMs);
  ASSERT_TRUE(event.ok());
  EXPECT_EQ(*event, ListenerEvent::kEnded);
  const auto call = listener->Receive();
  ASSERT_TRUE(call.ok()) << call.error().message;
  EXPECT_FALSE(call->has_value());
}

TEST_F(ListenerTest, AProcessThatEndedHasNoListenerToTake) {
  End();
  const Result<Listener> listener = Take();
  ASSERT_FALSE(listener.ok());
  EXPECT_THAT(listener.error().message, HasSubstr("it ended"));
}

// Not reaped yet: some kernels say of its descriptors that they do not exist.
TEST_F(ListenerTest, NorHasOneThatWaitsToBeReaped) {
  kill(child_, SIGKILL);
  siginfo_t ended;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child_), &ended, WEXITED | WNOWAIT),
            0);
  const Result<Listener> listener = Take();
  ASSERT_FALSE(listener.ok());
  EXPECT_THAT(listener.error().message, HasSubstr("it ended"));
}

}  // namespace
}  // namespace bailey::executor
