#include "executor/inject/remote_call.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "executor/ptrace_word.h"

namespace bailey::executor {
namespace {

constexpr int kSystemCallStop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD
constexpr uint64_t kUserCodeSegment = 0x33;      // 64-bit code on x86_64
constexpr long kSyscallInstruction = 0x050f;
constexpr long kInstructionMask = 0xffff;
constexpr uint64_t kSyscallBytes = 2;

Result<> CopyIn(pid_t tid, uint64_t address, std::span<const char> bytes) {
  // SAFETY: process_vm_writev does not write through its local vector.
  const iovec local{const_cast<char*>(bytes.data()), bytes.size()};
  const iovec remote{PtraceWord(address), bytes.size()};
  if (process_vm_writev(tid, &local, 1, &remote, 1, 0) ==
      static_cast<ssize_t>(bytes.size())) {
    return {};
  }
  return FailErrno("cannot write to the program's memory", errno,
                   "a program that its user may not read cannot be run under "
                   "a filter; nor one with a very small stack limit");
}

Result<std::vector<char>> CopyOut(pid_t tid, uint64_t address, size_t size) {
  std::vector<char> bytes(size);
  const iovec local{bytes.data(), size};
  const iovec remote{PtraceWord(address), size};
  if (process_vm_readv(tid, &local, 1, &remote, 1, 0) ==
      static_cast<ssize_t>(size)) {
    return bytes;
  }
  return FailErrno("cannot read the program's memory", errno,
                   "a program that its user may not read cannot be run under "
                   "a filter; nor one with a very small stack limit");
}

Result<uint8_t> KindOfStop(pid_t tid) {
  __ptrace_syscall_info info{};
  // SAFETY: the kernel writes at most the size that it is given.
  if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, PtraceWord(sizeof info), &info) <
      0) {
    return FailErrno("cannot ask where the program stopped");
  }
  return info.op;
}

}  // namespace

Result<int> AwaitStop(pid_t tid) {
  int status = 0;
  pid_t got = -1;
  do {
    got = waitpid(tid, &status, __WALL);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return FailErrno("cannot wait for a traced program");
  if (WIFSTOPPED(status)) return status;
  return Fail("the program ended before its filter was installed");
}

Result<> StepToSystemCall(pid_t tid) {
  if (ptrace(PTRACE_SYSCALL, tid, nullptr, nullptr) == 0) return {};
  return FailErrno("cannot continue a traced program");
}

Result<RemoteCaller> RemoteCaller::Take(pid_t tid) {
  user_regs_struct registers{};
  if (ptrace(PTRACE_GETREGS, tid, nullptr, &registers) != 0) {
    return FailErrno("cannot read the program's registers");
  }
  if (registers.cs != kUserCodeSegment) {
    return Fail("the program is not a 64-bit x86 program",
                "a filter is for one architecture, and kills others");
  }
  RemoteCaller caller(tid, registers);
  RETURN_IF_ERROR(caller.BlockSignals());
  RETURN_IF_ERROR(caller.PlaceInstruction());
  return caller;
}

Result<> RemoteCaller::BlockSignals() {
  const uint64_t all = ~uint64_t{0};
  if (ptrace(PTRACE_GETSIGMASK, tid_, PtraceWord(sizeof original_mask_),
             &original_mask_) != 0 ||
      ptrace(PTRACE_SETSIGMASK, tid_, PtraceWord(sizeof all), &all) != 0) {
    return FailErrno("cannot block the program's signals");
  }
  return {};
}

// At an aligned address, so that the word lies in one page: the one where the
// program is about to begin, which can be executed.
Result<> RemoteCaller::PlaceInstruction() {
  code_ = registers_.rip & ~uint64_t{7};
  errno = 0;
  original_code_ = ptrace(PTRACE_PEEKTEXT, tid_, PtraceWord(code_), nullptr);
  if (errno != 0) return FailErrno("cannot read the program's text");
  const long word = (original_code_ & ~kInstructionMask) | kSyscallInstruction;
  if (ptrace(PTRACE_POKETEXT, tid_, PtraceWord(code_),
             PtraceWord(static_cast<uint64_t>(word))) != 0) {
    return FailErrno("cannot write to the program's text");
  }
  return {};
}

uint64_t RemoteCaller::return_address() const { return code_ + kSyscallBytes; }

Result<uint64_t> RemoteCaller::Push(std::span<const char> bytes) {
  const uint64_t address = (top_ - bytes.size()) & ~uint64_t{15};
  ASSIGN_OR_RETURN(std::vector<char> old, CopyOut(tid_, address, bytes.size()));
  saved_.push_back({address, std::move(old)});
  RETURN_IF_ERROR(CopyIn(tid_, address, bytes));
  top_ = address;
  return address;
}

Result<> RemoteCaller::SetRegisters(const user_regs_struct& registers) const {
  if (ptrace(PTRACE_SETREGS, tid_, nullptr, &registers) == 0) return {};
  return FailErrno("cannot set the program's registers");
}

Result<> RemoteCaller::StepTo(uint8_t kind, const char* what) {
  for (;;) {
    ASSIGN_OR_RETURN(const int status, AwaitStop(tid_));
    if (WSTOPSIG(status) == kSystemCallStop) {
      ASSIGN_OR_RETURN(const uint8_t got, KindOfStop(tid_));
      if (got == kind) return {};
      return Fail(
          fmt::format("the program did not stop at the {} of a call "
                      "that it was to make",
                      what));
    }
    // A stop for job control is no signal.
    if (status >> 16 == 0) RETURN_IF_ERROR(Hold(WSTOPSIG(status)));
    RETURN_IF_ERROR(StepToSystemCall(tid_));
  }
}

// All others are blocked: one that comes all the same is a fault of the
// program's, which begins where nothing can be executed, and would come again
// and again.
Result<> RemoteCaller::Hold(int signal) {
  if (signal != SIGSTOP) {
    return Fail(fmt::format("the program cannot begin: signal {}", signal));
  }
  if (held_signals_.empty()) held_signals_.push_back(signal);
  return {};
}

Result<long> RemoteCaller::Call(
    long number, const CallArguments& arguments,
    const std::function<Result<>()>& while_it_waits) {
  user_regs_struct registers = registers_;
  registers.rip = code_;
  registers.rax = static_cast<uint64_t>(number);
  // No call is to be started again on the way out of this one.
  registers.orig_rax = ~uint64_t{0};
  registers.rdi = arguments[0];
  registers.rsi = arguments[1];
  registers.rdx = arguments[2];
  registers.r10 = arguments[3];
  registers.r8 = arguments[4];
  registers.r9 = arguments[5];
  RETURN_IF_ERROR(SetRegisters(registers));
  RETURN_IF_ERROR(StepToSystemCall(tid_));
  RETURN_IF_ERROR(StepTo(PTRACE_SYSCALL_INFO_ENTRY, "entry"));
  RETURN_IF_ERROR(StepToSystemCall(tid_));
  if (while_it_waits) RETURN_IF_ERROR(while_it_waits());
  RETURN_IF_ERROR(StepTo(PTRACE_SYSCALL_INFO_EXIT, "exit"));
  if (ptrace(PTRACE_GETREGS, tid_, nullptr, &registers) != 0) {
    return FailErrno("cannot read the program's registers");
  }
  return static_cast<long>(registers.rax);
}

Result<> RemoteCaller::Restore() {
  for (auto saved = saved_.rbegin(); saved != saved_.rend(); ++saved) {
    RETURN_IF_ERROR(CopyIn(tid_, saved->address, saved->bytes));
  }
  saved_.clear();
  if (ptrace(PTRACE_POKETEXT, tid_, PtraceWord(code_),
             PtraceWord(static_cast<uint64_t>(original_code_))) != 0) {
    return FailErrno("cannot restore the program's text");
  }
  RETURN_IF_ERROR(SetRegisters(registers_));
  if (ptrace(PTRACE_SETSIGMASK, tid_, PtraceWord(sizeof original_mask_),
             &original_mask_) != 0) {
    return FailErrno("cannot restore the program's signal mask");
  }
  for (const int number : held_signals_) (void)kill(tid_, number);
  held_signals_.clear();
  return {};
}

}  // namespace bailey::executor
