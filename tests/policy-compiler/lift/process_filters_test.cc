// The filters of a child of our own, seen from outside while it works on.

#include "policy-compiler/lift/process_filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "common/fd.h"
#include "policy-compiler/lift/lift.h"
#include "tests/policy-compiler/lift/odd_filters.h"

namespace bailey::policy {
namespace {

using testing::HasSubstr;

// Answers each byte that it is sent with its uid's errno.
BpfProgram UidAnswers(uint32_t value) {
  return {Load(0), Jump(BPF_JEQ, SYS_getuid, 0, 1), Return(Errno(value)),
          Return(SECCOMP_RET_ALLOW)};
}

bool Install(BpfProgram program) {
  const sock_fprog whole = {static_cast<unsigned short>(program.size()),
                            program.data()};
  // SAFETY: the kernel copies the program before it returns.
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &whole) == 0;
}

class Child {
 public:
  explicit Child(const std::vector<BpfProgram>& stack) {
    int to[2], from[2];
    EXPECT_EQ(pipe(to), 0);
    EXPECT_EQ(pipe(from), 0);
    pid_ = fork();
    if (pid_ == 0) {
      close(to[1]);
      close(from[0]);
      Serve(stack, to[0], from[1]);
    }
    to_.Reset(to[1]);
    from_.Reset(from[0]);
    close(to[0]);
    close(from[1]);
    EXPECT_EQ(Ask(), stack.empty() ? 0 : AskedErrno(stack));
  }
  ~Child() {
    to_.Reset();  // it ends
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // What the last filter says of getuid: of equal actions it speaks.
  static int AskedErrno(const std::vector<BpfProgram>& stack) {
    return static_cast<int>(stack.back()[2].k & SECCOMP_RET_DATA);
  }

  int Ask() {
    char byte = 1;
    EXPECT_EQ(write(to_.get(), &byte, 1), 1);
    EXPECT_EQ(read(from_.get(), &byte, 1), 1);
    return byte;
  }

  pid_t pid() const { return pid_; }

 private:
  [[noreturn]] static void Serve(const std::vector<BpfProgram>& stack, int in,
                                 int out) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (const BpfProgram& program : stack)
      if (!Install(program)) _exit(1);
    char byte = 0;
    while (read(in, &byte, 1) == 1) {
      errno = 0;
      byte = syscall(SYS_getuid) < 0 ? static_cast<char>(errno) : 0;
      if (write(out, &byte, 1) != 1) _exit(1);
    }
    _exit(0);
  }

  pid_t pid_ = -1;
  UniqueFd to_, from_;
};

bool Same(const BpfProgram& a, const BpfProgram& b) {
  return a.size() == b.size() &&
         std::memcmp(a.data(), b.data(), a.size() * sizeof(sock_filter)) == 0;
}

// A test that cannot run here says so.
#define SEE_OR_SKIP(filters, pid)                                   \
  const auto filters = ReadProcessFilters(pid);                     \
  if (!filters.ok() && filters.error().hint.contains("takes root")) \
    GTEST_SKIP() << filters.error().message;                        \
  ASSERT_TRUE(filters.ok()) << filters.error().message

TEST(ProcessFilters, AreSeenInOrderAndTheProcessGoesOn) {
  const std::vector<BpfProgram> stack = {UidAnswers(11), UidAnswers(22),
                                         UidAnswers(33)};
  Child child(stack);
  for (int round = 0; round < 20; ++round) {
    SEE_OR_SKIP(filters, child.pid());
    ASSERT_EQ(filters->size(), 3u);
    for (size_t i = 0; i < 3; ++i)
      EXPECT_TRUE(Same((*filters)[i], stack[i])) << i;
    EXPECT_EQ(child.Ask(), 33);
  }
  SEE_OR_SKIP(filters, child.pid());
  const auto lifted = LiftFilters(*filters, {});
  ASSERT_TRUE(lifted.ok());
  EXPECT_THAT(lifted->text, HasSubstr("deny syscall getuid then errno EDOM;"));
}

char StateOf(pid_t pid) {
  const auto stat = ReadFile("/proc/" + std::to_string(pid) + "/stat", 4096);
  EXPECT_TRUE(stat.ok());
  return stat->at(stat->rfind(')') + 2);
}

TEST(ProcessFilters, AStoppedProcessStaysStopped) {
  Child child({UidAnswers(5)});
  ASSERT_EQ(kill(child.pid(), SIGSTOP), 0);
  while (StateOf(child.pid()) != 'T') usleep(1000);
  {
    SEE_OR_SKIP(filters, child.pid());
    EXPECT_EQ(filters->size(), 1u);
  }
  usleep(20'000);
  EXPECT_EQ(StateOf(child.pid()), 'T');
  ASSERT_EQ(kill(child.pid(), SIGCONT), 0);
  EXPECT_EQ(child.Ask(), 5);
}

TEST(ProcessFilters, AProcessWithoutFilterSaysSo) {
  Child child({});
  const auto filters = ReadProcessFilters(child.pid());
  ASSERT_FALSE(filters.ok());
  EXPECT_THAT(filters.error().message, HasSubstr("under no seccomp filter"));
  EXPECT_FALSE(ReadProcessFilters(0x3fffffff).ok());
  EXPECT_FALSE(ReadProcessFilters(getpid()).ok());
}

}  // namespace
}  // namespace bailey::policy
