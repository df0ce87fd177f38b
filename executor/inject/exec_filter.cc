#include "executor/inject/exec_filter.h"

#include <fmt/format.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include "executor/process.h"
#include "executor/ptrace_word.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1ul << 5)
#endif

namespace bailey::executor {
namespace {

constexpr int64_t kAnswerTimeoutMs = 10'000;
constexpr uint64_t kListen = SECCOMP_FILTER_FLAG_NEW_LISTENER;

std::span<const char> AsBytes(const auto& object) {
  // SAFETY: a trivially copyable object's bytes.
  return {reinterpret_cast<const char*>(&object), sizeof object};
}

// How many filters the kernel shows on a process (Linux 5.9); before that
// whether there is one.
Result<int> CountFilters(pid_t pid) {
  auto text = StatusField(pid, "Seccomp_filters");
  if (!text.ok()) {
    ASSIGN_OR_RETURN(const std::string mode, StatusField(pid, "Seccomp"));
    return mode == "2" ? 1 : 0;
  }
  int count = -1;
  std::from_chars(text->data(), text->data() + text->size(), count);
  if (count < 0) return Fail("the kernel does not count filters");
  return count;
}

uint32_t ActionOf(const BpfProgram& filter, const SeccompData& call) {
  return RunBpf(filter, call).returned & SECCOMP_RET_ACTION_FULL;
}

// The one call that is let pass although the policy denies it: the program's
// close of its own listener, made by us before its first instruction.
struct AllowedOwnClose {
  SeccompData call;
};

Result<> LetPass(int listener, const AllowedOwnClose& allowed) {
  ASSIGN_OR_RETURN(const bool ready,
                   WaitReadable(listener, NowMs() + kAnswerTimeoutMs));
  if (!ready) return Fail("the filter did not notify as it says");
  // The kernel's structure may be longer than ours; it must be zero.
  std::array<char, 1024> buffer{};
  // SAFETY: the kernel's structure, of whatever version, is far shorter.
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, buffer.data()) != 0) {
    return FailErrno("cannot receive a notification");
  }
  seccomp_notif call;
  std::memcpy(&call, buffer.data(), sizeof call);
  if (call.data.nr != static_cast<int>(allowed.call.number) ||
      call.data.args[0] != allowed.call.arguments[0]) {
    return Fail("the filter notified another call than was made");
  }
  seccomp_notif_resp answer{};
  answer.id = call.id;
  answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
  if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) != 0) {
    return FailErrno("cannot answer a notification");
  }
  return {};
}

}  // namespace

Result<ExecFilter> ExecFilter::Attach(pid_t pid) {
  constexpr uint64_t kTraceOptions =
      PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC | PTRACE_O_TRACESYSGOOD;
  if (ptrace(PTRACE_SEIZE, pid, nullptr, PtraceWord(kTraceOptions)) != 0) {
    return FailErrno("cannot trace a program to install its filter", errno,
                     "see `kernel.yama.ptrace_scope`; a program that another "
                     "traces cannot be traced");
  }
  // SAFETY: two integers.
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd.valid()) return FailErrno("cannot hold a traced program");
  return ExecFilter(pid, std::move(pidfd));
}

ExecFilter& ExecFilter::operator=(ExecFilter&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(pidfd_, other.pidfd_);
  std::swap(caller_, other.caller_);
  std::swap(filters_before_, other.filters_before_);
  return *this;
}

ExecFilter::~ExecFilter() { KillByPidfd(pidfd_.get()); }

Result<> ExecFilter::AwaitExec() {
  for (;;) {
    ASSIGN_OR_RETURN(const int status, AwaitStop(pid_));
    if (status >> 16 == PTRACE_EVENT_EXEC) break;
    const int signal = status >> 16 == 0 ? WSTOPSIG(status) : 0;
    if (ptrace(PTRACE_CONT, pid_, nullptr,
               PtraceWord(static_cast<uint64_t>(signal))) != 0) {
      return FailErrno("cannot continue a traced program");
    }
  }
  // Registers that are set at the event are overwritten by the rest of execve.
  RETURN_IF_ERROR(StepToSystemCall(pid_));
  ASSIGN_OR_RETURN(const int status, AwaitStop(pid_));
  if (WSTOPSIG(status) != (SIGTRAP | 0x80)) {
    return Fail("the program did not reach the end of execve");
  }
  ASSIGN_OR_RETURN(filters_before_, CountFilters(pid_));
  ASSIGN_OR_RETURN(caller_, RemoteCaller::Take(pid_));
  return {};
}

Result<> ExecFilter::Prepare(long number, const CallArguments& arguments,
                             std::string_view what) {
  ASSIGN_OR_RETURN(const long result, caller_->Call(number, arguments));
  if (result >= 0) return {};
  return FailErrno(fmt::format("cannot {} in the program", what),
                   static_cast<int>(-result));
}

Result<long> ExecFilter::MakeInstall(const BpfProgram& filter, uint64_t flags) {
  RETURN_IF_ERROR(ValidateBpf(filter));
  // SAFETY: sock_filter is plain data, laid out as the kernel reads it.
  const std::span<const char> instructions(
      reinterpret_cast<const char*>(filter.data()),
      filter.size() * sizeof(sock_filter));
  ASSIGN_OR_RETURN(const uint64_t address, caller_->Push(instructions));
  sock_fprog program{};
  program.len = static_cast<unsigned short>(filter.size());
  // SAFETY: an address of the other process, for the kernel to read there.
  program.filter = reinterpret_cast<sock_filter*>(address);
  ASSIGN_OR_RETURN(const uint64_t argument, caller_->Push(AsBytes(program)));
  return caller_->Call(SYS_seccomp,
                       {SECCOMP_SET_MODE_FILTER, flags, argument, 0, 0, 0});
}

Result<> ExecFilter::CheckInForce() const {
  ASSIGN_OR_RETURN(const int filters, CountFilters(pid_));
  ASSIGN_OR_RETURN(const std::string mode, StatusField(pid_, "Seccomp"));
  ASSIGN_OR_RETURN(const std::string locked, StatusField(pid_, "NoNewPrivs"));
  if (mode == "2" && locked == "1" && filters > filters_before_) return {};
  return Fail(
      fmt::format("the kernel does not show the program's filter in force "
                  "(Seccomp: {}, NoNewPrivs: {}, filters: {})",
                  mode, locked, filters));
}

Result<> ExecFilter::Install(const BpfProgram& filter) {
  ASSIGN_OR_RETURN(const long result, MakeInstall(filter, 0));
  if (result != 0) {
    return FailErrno("cannot install the program's filter",
                     static_cast<int>(-result));
  }
  return CheckInForce();
}

Result<UniqueFd> ExecFilter::InstallListening(const BpfProgram& filter) {
  ASSIGN_OR_RETURN(
      long number,
      MakeInstall(filter, kListen | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV));
  if (number == -EINVAL) {  // before Linux 5.19
    ASSIGN_OR_RETURN(number, MakeInstall(filter, kListen));
  }
  if (number < 0) {
    return FailErrno("cannot install the program's filter",
                     static_cast<int>(-number),
                     "where Bailey itself runs under a filter that notifies, "
                     "the kernel refuses another: run outside of it");
  }
  RETURN_IF_ERROR(CheckInForce());
  const int place = static_cast<int>(number);
  UniqueFd listener = CopyFdOf(pidfd_.get(), place);
  if (!listener.valid()) return FailErrno("cannot take the filter's listener");
  RETURN_IF_ERROR(CloseItsOwn(filter, listener, place));
  return listener;
}

Result<> ExecFilter::CloseItsOwn(const BpfProgram& filter,
                                 const UniqueFd& listener, int number) {
  SeccompData call;
  call.number = SYS_close;
  call.architecture = AUDIT_ARCH_X86_64;
  call.instruction_pointer = caller_->return_address();
  call.arguments[0] = static_cast<uint64_t>(number);
  const uint32_t action = ActionOf(filter, call);
  std::function<Result<>()> answer;
  if (action == SECCOMP_RET_USER_NOTIF) {
    answer = [&] { return LetPass(listener.get(), AllowedOwnClose{call}); };
  } else if (action != SECCOMP_RET_ALLOW && action != SECCOMP_RET_LOG) {
    return Fail(
        "the policy answers `close` by a signal, and no program starts "
        "without it",
        "deny it with an errno, or not at all");
  }
  ASSIGN_OR_RETURN(const long result,
                   caller_->Call(SYS_close, call.arguments, answer));
  // What stands at its number now, if anything, is not for the program.
  if (result != 0) {
    return FailErrno("cannot take the filter's listener from the program",
                     static_cast<int>(-result));
  }
  return {};
}

Result<> ExecFilter::PutBack() {
  RETURN_IF_ERROR(CheckInForce());
  return caller_->Restore();
}

Result<> ExecFilter::HandOver() {
  RETURN_IF_ERROR(PutBack());
  pidfd_.Reset();
  return {};
}

Result<> ExecFilter::Release() {
  RETURN_IF_ERROR(PutBack());
  if (ptrace(PTRACE_DETACH, pid_, nullptr, nullptr) != 0) {
    return FailErrno("cannot let the program go");
  }
  pidfd_.Reset();
  return {};
}

}  // namespace bailey::executor
