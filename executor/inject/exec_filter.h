// A seccomp filter for a program that knows nothing of us: installed from
// outside at the end of the program's execve, before its first instruction.
//
//   // The child has set no_new_privs and is about to exec.
//   ASSIGN_OR_RETURN(ExecFilter injection, ExecFilter::Attach(pid));
//   ... let it exec ...
//   RETURN_IF_ERROR(injection.AwaitExec());
//   RETURN_IF_ERROR(injection.Install(filter));            // or:
//   ASSIGN_OR_RETURN(UniqueFd listener, injection.InstallListening(filter));
//   RETURN_IF_ERROR(injection.Release());                  // it runs now
//
// The filter was not in force at the execve, so it need not allow one; it is in
// force for all that the program does, its loader included, and for whatever it
// execs later. Until Release the program is killed when this object, or the
// process that holds it, ends: no filter, no run.
//
// A listener is only ever ours. The kernel puts it among the program's
// descriptors; a copy is taken, then the program is made to close its own and
// the place is looked at. All of that is before the program's first
// instruction. The close goes through the new filter: where that denies it by a
// notification we let it pass, once (AllowedOwnClose); where it answers by a
// signal the program could not have been loaded anyway, and is refused.

#ifndef BAILEY_EXECUTOR_INJECT_EXEC_FILTER_H_
#define BAILEY_EXECUTOR_INJECT_EXEC_FILTER_H_

#include <sys/types.h>

#include <optional>
#include <string_view>

#include "common/bpf/evaluator.h"
#include "common/fd.h"
#include "common/result.h"
#include "executor/inject/remote_call.h"

namespace bailey::executor {

class ExecFilter {
 public:
  // The process has not called execve yet. It is killed if we end.
  static Result<ExecFilter> Attach(pid_t pid);

  ExecFilter(ExecFilter&&) noexcept = default;
  ExecFilter& operator=(ExecFilter&& other) noexcept;
  // Kills the program unless it was released.
  ~ExecFilter();

  // Waits for execve's exit stop. Fails if it ends before.
  Result<> AwaitExec();

  // A call that the program makes before its filter is in force, and that must
  // succeed; `what` is for the message: "install Landlock".
  Result<> Prepare(long number, const CallArguments& arguments,
                   std::string_view what);

  // The filter's answers are the kernel's alone.
  Result<> Install(const BpfProgram& filter);

  // The filter notifies; the listener is returned.
  Result<UniqueFd> InstallListening(const BpfProgram& filter);

  // Puts everything back and lets it run, untraced.
  Result<> Release();

  // Puts everything back and leaves it where it stands, traced by this process,
  // for somebody who lets it go.
  Result<> HandOver();

 private:
  ExecFilter(pid_t pid, UniqueFd pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  Result<long> MakeInstall(const BpfProgram& filter, uint64_t flags);
  Result<> CheckInForce() const;
  Result<> PutBack();
  Result<> CloseItsOwn(const BpfProgram& filter, const UniqueFd& listener,
                       int number);

  pid_t pid_;
  UniqueFd pidfd_;  // none: released, or moved away
  std::optional<RemoteCaller> caller_;
  int filters_before_ = 0;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_INJECT_EXEC_FILTER_H_
