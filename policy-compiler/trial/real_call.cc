#include "policy-compiler/trial/real_call.h"

#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "common/check.h"

namespace bailey::policy {
namespace {

// No call that is safe to make waits: this ends what is broken.
constexpr unsigned kTimeLimitS = 60;

// Where a filter is in force a sanitizer's own system calls would be asked
// about, too; AddressSanitizer makes some before each call that does not
// return.
#define BAILEY_UNDER_FILTER __attribute__((no_sanitize("address")))

// What the child says, in memory that parent and child share.
struct Answer {
  enum State : int { kNone, kNoFilter, kReturned, kTrapped };
  volatile int state;
  volatile int64_t value;
};

// In the child, where nothing else can reach it: for the signal's handler.
Answer* answer_of_child = nullptr;

// Says it, once, and ends the process: quietly if its filter lets it, else by
// an illegal instruction.
[[noreturn]] BAILEY_UNDER_FILTER void Finish(int state, int64_t value) {
  if (answer_of_child->state == Answer::kNone) {
    answer_of_child->value = value;
    answer_of_child->state = state;
  }
  // A filter that traps this comes back here, where SIGSYS is blocked, and the
  // next trap kills.
  syscall(SYS_exit_group, 0);
  __builtin_trap();
}

BAILEY_UNDER_FILTER void OnTrap(int) { Finish(Answer::kTrapped, 0); }

void PrepareSignals() {
  signal(SIGILL, SIG_DFL);
  signal(SIGTRAP, SIG_DFL);
  signal(SIGALRM, SIG_DFL);
  signal(SIGSYS, OnTrap);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  alarm(kTimeLimitS);
}

BAILEY_UNDER_FILTER void Install(const BpfProgram& program) {
  if (program.empty()) return;
  sock_fprog filter{static_cast<unsigned short>(program.size()),
                    // SAFETY: the kernel only reads it.
                    const_cast<sock_filter*>(program.data())};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    Finish(Answer::kNoFilter, errno);
  // SAFETY: `filter` outlives the call, which copies the program.
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
    Finish(Answer::kNoFilter, errno);
}

[[noreturn]] BAILEY_UNDER_FILTER void RunChild(const SeccompData& call,
                                               const BpfProgram& program) {
  prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  PrepareSignals();
  Install(program);
  const auto& a = call.arguments;
  errno = 0;
  // SAFETY: the caller chose a call that does no harm whatever it points to,
  // and this process ends right after it.
  const long result = syscall(static_cast<long>(call.number), a[0], a[1], a[2],
                              a[3], a[4], a[5]);
  Finish(Answer::kReturned, result == -1 && errno != 0 ? -errno : result);
}

Result<RealAnswer> Read(const Answer& answer, int status) {
  using Kind = RealAnswer::Kind;
  switch (answer.state) {
    case Answer::kNoFilter:
      return FailErrno("the kernel refused the filter",
                       static_cast<int>(answer.value));
    case Answer::kReturned:
      return RealAnswer{Kind::kReturned, answer.value};
    case Answer::kTrapped:
      return RealAnswer{Kind::kTrapped, 0};
    default:
      break;
  }
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
  return RealAnswer{killed ? Kind::kKilled : Kind::kNoAnswer, 0};
}

Result<int> WaitFor(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return FailErrno("cannot wait for a test's process");
  return status;
}

}  // namespace

Result<RealAnswer> MakeRealCall(const SeccompData& call,
                                const BpfProgram& program) {
  CHECK(program.size() <= kMaxBpfInstructions);
  void* const memory = mmap(nullptr, sizeof(Answer), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return FailErrno("cannot share memory");
  // SAFETY: the mapping is large enough, aligned to a page, and zero, which is
  // an Answer of state kNone.
  answer_of_child = static_cast<Answer*>(memory);
  const pid_t child = fork();
  if (child == 0) RunChild(call, program);
  Result<RealAnswer> result = FailErrno("cannot start a test's process");
  if (child > 0) {
    const Result<int> status = WaitFor(child);
    result = status.ok() ? Read(*answer_of_child, *status)
                         : std::unexpected(status.error());
  }
  munmap(memory, sizeof(Answer));
  return result;
}

}  // namespace bailey::policy
