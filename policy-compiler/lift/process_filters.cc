// PTRACE_SEIZE, PTRACE_INTERRUPT, PTRACE_SECCOMP_GET_FILTER for each index,
// PTRACE_DETACH. The kernel counts indexes from the filter that was installed
// first (get_nth_filter, kernel/seccomp.c), whatever ptrace(2) says.

#include "policy-compiler/lift/process_filters.h"

#include <fmt/format.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <thread>

#include "common/fd.h"

namespace bailey::policy {
namespace {

#ifndef PTRACE_SECCOMP_GET_FILTER
constexpr int kGetFilter = 0x420c;
#else
constexpr int kGetFilter = PTRACE_SECCOMP_GET_FILTER;
#endif
constexpr size_t kMostFilters = 1024;  // MAX_INSNS_PER_PATH bounds them, too
constexpr std::chrono::seconds kPatience{5};

long Ptrace(int request, pid_t thread, uintptr_t address, void* data) {
  // SAFETY: of the requests below GET_FILTER alone writes, what fits `data` (it
  // asked for the length before, and the thread is stopped); an address is an
  // index there.
  return ptrace(static_cast<__ptrace_request>(request), thread,
                reinterpret_cast<void*>(address), data);
}

// The field of /proc/PID/status, or "".
std::string StatusField(const std::string& status, std::string_view name) {
  const size_t at = status.find("\n" + std::string(name) + ":");
  if (at == std::string::npos) return "";
  const size_t first = status.find_first_not_of(" \t", at + name.size() + 2);
  return status.substr(first, status.find('\n', first) - first);
}

Result<> CheckMode(pid_t thread) {
  constexpr size_t kMostBytes = 1 << 16;
  const Result<std::string> status =
      ReadFile(fmt::format("/proc/{}/status", thread), kMostBytes);
  if (!status.ok()) return Fail(fmt::format("there is no process {}", thread));
  const std::string mode = StatusField(*status, "Seccomp");
  if (mode == "0" || mode.empty())
    return Fail(fmt::format("process {} is under no seccomp filter", thread));
  if (mode == "1")
    return Fail(
        fmt::format("process {} is in seccomp's strict mode, which has "
                    "no filter: read, write, exit and rt_sigreturn "
                    "alone",
                    thread));
  return {};
}

std::unexpected<Error> Denied(pid_t thread, std::string_view action) {
  return FailErrno(fmt::format("cannot {} process {}", action, thread),
                   "seeing the filters of a process takes root: CAP_SYS_ADMIN "
                   "in the initial user namespace, and no filter on the "
                   "caller itself");
}

// A seized thread, let go of at the end.
class Seized {
 public:
  static Result<> Seize(pid_t thread) {
    if (Ptrace(PTRACE_SEIZE, thread, 0, nullptr) != 0)
      return Denied(thread, "trace");
    return {};
  }

  explicit Seized(pid_t thread) : thread_(thread) {}
  Seized(const Seized&) = delete;
  Seized& operator=(const Seized&) = delete;
  ~Seized() {
    // SAFETY: for PTRACE_DETACH `data` is the signal, 0 for none.
    if (stopped_)
      Ptrace(PTRACE_DETACH, thread_, 0,
             reinterpret_cast<void*>(static_cast<uintptr_t>(signal_)));
  }

  // A thread that does not stop in time (the kernel is busy for it) is let go
  // of when this process ends.
  Result<> Stop() {
    if (Ptrace(PTRACE_INTERRUPT, thread_, 0, nullptr) != 0)
      return Denied(thread_, "stop");
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    int status = 0;
    while (true) {
      const pid_t got = waitpid(thread_, &status, __WALL | WNOHANG);
      if (got == thread_) break;
      if (got < 0 && errno != EINTR) return Denied(thread_, "wait for");
      if (std::chrono::steady_clock::now() > deadline)
        return Fail(fmt::format("process {} does not stop: it waits in the "
                                "kernel for what cannot be interrupted",
                                thread_),
                    "try again");
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (!WIFSTOPPED(status))
      return Fail(fmt::format("process {} has ended", thread_));
    stopped_ = true;
    // A stop with an event is ours or a stop of its group; one without is a
    // signal's delivery, which is passed on.
    signal_ = status >> 16 == 0 ? WSTOPSIG(status) : 0;
    return {};
  }

 private:
  const pid_t thread_;
  bool stopped_ = false;
  int signal_ = 0;
};

std::unexpected<Error> CannotGet(pid_t thread) {
  switch (errno) {
    case EACCES:
      return Denied(thread, "see the filters of");
    case EMEDIUMTYPE:
      return Fail(fmt::format("process {} has a filter that is no classic BPF",
                              thread));
    case EIO:
    case EINVAL:
      return Fail("this kernel does not show filters",
                  "it needs CONFIG_CHECKPOINT_RESTORE");
    default:
      return FailErrno(
          fmt::format("cannot see the filters of process {}", thread));
  }
}

// An empty one: there are no more.
Result<BpfProgram> GetFilter(pid_t thread, size_t index) {
  const long length = Ptrace(kGetFilter, thread, index, nullptr);
  if (length < 0 && errno == ENOENT) return BpfProgram{};
  if (length < 0) return CannotGet(thread);
  BpfProgram program(static_cast<size_t>(length));
  if (Ptrace(kGetFilter, thread, index, program.data()) != length)
    return CannotGet(thread);
  RETURN_IF_ERROR(ValidateBpf(program));
  return program;
}

Result<std::vector<BpfProgram>> GetFilters(pid_t thread) {
  std::vector<BpfProgram> stack;
  while (stack.size() < kMostFilters) {
    ASSIGN_OR_RETURN(BpfProgram program, GetFilter(thread, stack.size()));
    if (program.empty()) break;
    stack.push_back(std::move(program));
  }
  return stack;
}

}  // namespace

Result<std::vector<BpfProgram>> ReadProcessFilters(pid_t thread) {
  if (thread == getpid()) return Fail("a process cannot trace itself");
  RETURN_IF_ERROR(CheckMode(thread));
  RETURN_IF_ERROR(Seized::Seize(thread));
  Seized seized(thread);
  RETURN_IF_ERROR(seized.Stop());
  return GetFilters(thread);
}

}  // namespace bailey::policy
