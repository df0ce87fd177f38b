#include "executor/audit/socket_calls.h"

#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>

#include "common/fd.h"
#include "executor/process.h"
#include "executor/ptrace_word.h"

namespace bailey::executor {
namespace {

// By a copy of the descriptor: /proc shows nothing of a process that is not
// dumpable. What cannot be copied is taken for a socket, and read once more.
bool IsSocket(int pidfd, uint64_t descriptor) {
  const UniqueFd copy = CopyFdOf(pidfd, static_cast<int>(descriptor));
  if (!copy.valid()) return errno != EBADF;
  struct stat status{};
  return fstat(copy.get(), &status) != 0 || S_ISSOCK(status.st_mode);
}

bool MayTalk(uint64_t number) {
  return KindOfCall(number, true) != CallKind::kOther;
}

// One end of a splice is a pipe, and the other one says which way it goes.
CallKind KindOfSplice(int pidfd, uint64_t from, uint64_t to) {
  if (IsSocket(pidfd, to)) return CallKind::kSends;
  return IsSocket(pidfd, from) ? CallKind::kReceives : CallKind::kOther;
}

CallKind KindAtEntry(const __ptrace_syscall_info& info, int pidfd) {
  const auto& arguments = info.entry.args;
  if (info.entry.nr == SYS_splice)
    return KindOfSplice(pidfd, arguments[0], arguments[2]);
  const bool is_socket =
      MayTalk(info.entry.nr) && IsSocket(pidfd, arguments[0]);
  return KindOfCall(info.entry.nr, is_socket);
}

bool StopsFor(CallKind kind, CallKind wanted) {
  return kind == wanted || kind == CallKind::kBoth;
}

}  // namespace

CallKind KindOfCall(uint64_t number, bool is_socket) {
  switch (number) {
    case SYS_sendto:
    case SYS_sendmsg:
    case SYS_sendmmsg:
      return CallKind::kSends;
    case SYS_recvfrom:
    case SYS_recvmsg:
    case SYS_recvmmsg:
      return CallKind::kReceives;
    case SYS_write:
    case SYS_writev:
    case SYS_pwritev2:  // at the place -1 it is writev
    case SYS_sendfile:
      return is_socket ? CallKind::kSends : CallKind::kOther;
    case SYS_read:
    case SYS_readv:
    case SYS_preadv2:
      return is_socket ? CallKind::kReceives : CallKind::kOther;
    case SYS_io_uring_enter:  // what it asks for is in memory
      return CallKind::kBoth;
    default:
      return CallKind::kOther;
  }
}

CallKind SocketCalls::At(pid_t tid, int pidfd) {
  __ptrace_syscall_info info{};
  if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, PtraceWord(sizeof info), &info) < 0)
    return CallKind::kOther;
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    const CallKind kind = KindAtEntry(info, pidfd);
    entered_[tid] = kind;
    return StopsFor(kind, CallKind::kSends) ? CallKind::kSends
                                            : CallKind::kOther;
  }
  const auto entered = entered_.find(tid);
  const CallKind kind =
      entered == entered_.end() ? CallKind::kOther : entered->second;
  return StopsFor(kind, CallKind::kReceives) ? CallKind::kReceives
                                             : CallKind::kOther;
}

}  // namespace bailey::executor
