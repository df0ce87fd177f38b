// System calls made by another process at our word: ptrace(2) on a thread that
// stands at the end of its execve, before the new program's first instruction.
//
//   ASSIGN_OR_RETURN(RemoteCaller caller, RemoteCaller::Take(pid));
//   ASSIGN_OR_RETURN(uint64_t address, caller.Push(bytes));
//   ASSIGN_OR_RETURN(long result, caller.Call(SYS_prctl, {22, address}));
//   RETURN_IF_ERROR(caller.Restore());   // registers, memory, signal mask
//
// The instruction is put where the program is about to begin and taken out
// again; what it needs in memory lies below its stack pointer, where nothing of
// a program that has not begun can be. Signals are blocked meanwhile; one that
// cannot be (SIGSTOP) is held back and sent again.

#ifndef BAILEY_EXECUTOR_INJECT_REMOTE_CALL_H_
#define BAILEY_EXECUTOR_INJECT_REMOTE_CALL_H_

#include <sys/types.h>
#include <sys/user.h>

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/result.h"

namespace bailey::executor {

using CallArguments = std::array<uint64_t, 6>;

// The status of the next stop of a traced thread; its end is an error.
Result<int> AwaitStop(pid_t tid);

// Continues to the next stop at a system call's entry or exit.
Result<> StepToSystemCall(pid_t tid);

class RemoteCaller {
 public:
  // The thread is traced by us with PTRACE_O_TRACESYSGOOD and stands in
  // execve's exit stop. Fails if the program is not a 64-bit x86 one.
  static Result<RemoteCaller> Take(pid_t tid);

  // Puts bytes into its memory until Restore; returns their address.
  Result<uint64_t> Push(std::span<const char> bytes);

  // What the kernel returned, negative errnos included. `while_it_waits` runs
  // after the call has begun: for a call that we have to answer ourselves.
  Result<long> Call(long number, const CallArguments& arguments,
                    const std::function<Result<>()>& while_it_waits = nullptr);

  // Where a filter sees the calls come from.
  uint64_t return_address() const;

  // Makes everything as it was. The thread stays stopped.
  Result<> Restore();

 private:
  struct Saved {
    uint64_t address = 0;
    std::vector<char> bytes;
  };

  RemoteCaller(pid_t tid, const user_regs_struct& registers)
      : tid_(tid), registers_(registers), top_(registers.rsp - 128) {}

  Result<> BlockSignals();
  Result<> PlaceInstruction();
  Result<> SetRegisters(const user_regs_struct& registers) const;
  // Keeps a signal that cannot be blocked until Restore.
  Result<> Hold(int signal);
  // To the next system call stop, which must be of this kind.
  Result<> StepTo(uint8_t kind, const char* what);

  pid_t tid_;
  user_regs_struct registers_;  // as they were
  uint64_t top_;                // below it the stack is ours
  uint64_t code_ = 0;           // the instruction's place
  long original_code_ = 0;
  uint64_t original_mask_ = 0;
  std::vector<Saved> saved_;
  std::vector<int> held_signals_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_INJECT_REMOTE_CALL_H_
