// Stops a program at chosen functions and at its exit, and has it scanned
// there: ptrace(2) from the agent, outside the container.
//
//   ASSIGN_OR_RETURN(Tracer tracer, Tracer::Seize(pid, pidfd, name));
//   ... let it exec ...
//   RETURN_IF_ERROR(tracer.Arm(symbols, {"bailey_crossing_point"}, {}));
//   // on SIGCHLD: waitpid(-1, ...), then for each of our threads
//   RETURN_IF_ERROR(tracer.HandleStop(tid, status, scanner));
//
// Every thread's exit is read, and so are forked children; a program that execs
// another is an error, because what it had in memory is gone unread.
//
// A breakpoint is int3 in the program's text: it is taken out while the thread
// that met it makes one step, so another thread may pass it meanwhile; the
// programs of this issue have one thread.

#ifndef BAILEY_EXECUTOR_AUDIT_TRACER_H_
#define BAILEY_EXECUTOR_AUDIT_TRACER_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "common/result.h"
#include "executor/audit/elf_symbols.h"
#include "executor/audit/process_scanner.h"
#include "executor/audit/socket_calls.h"

namespace bailey::executor {

class Tracer {
 public:
  // The process is about to exec; it dies with us from here on.
  static Result<Tracer> Seize(pid_t pid, int pidfd, std::string name);

  // A program that stands where somebody else, who traced it as this process
  // does, has left it. It has no points of ours: it is read at each call by
  // which it sends to a socket or has received from one.
  static Tracer Adopt(pid_t pid, int pidfd, std::string name);
  // Lets an adopted one go.
  Result<> FollowCalls();
  bool stops_at_calls() const { return stops_at_calls_; }

  // Waits for its exec, sets the breakpoints and lets it go on: one at each of
  // `names`, and one for the first kStopsPerFunction calls of each of `inner`,
  // which may be called very often. Fails if the program has no function of
  // either.
  Result<> Arm(const ElfSymbols& symbols, std::span<const std::string> names,
               std::span<const std::string> inner);

  static constexpr int kStopsPerFunction = 2;

  // Whether a thread that waitpid reported belongs to this program.
  bool Traces(pid_t tid) const;

  // Deals with one report of waitpid, scanning at breakpoints and exits.
  Result<> HandleStop(pid_t tid, int status, ProcessScanner& scanner);

  // Reads each process of the portion that has not ended, forked children
  // included, once, but for that of thread `without`; 0 for none. How many.
  Result<uint64_t> ScanLiving(ProcessScanner& scanner, pid_t without) const;

 private:
  Tracer(pid_t pid, int pidfd, std::string name)
      : pid_(pid), pidfd_(pidfd), name_(std::move(name)) {}

  Result<> AwaitExec();
  Result<> GoOn(pid_t tid, int signal) const;
  Result<> HandleGroupStop(pid_t tid, int signal) const;
  Result<> AtCall(pid_t tid, ProcessScanner& scanner);
  Result<uint64_t> LoadBias(uint64_t entry) const;
  // `tid` is a stopped thread: no other can be asked for its memory.
  Result<long> Peek(pid_t tid, uint64_t address) const;
  Result<> Poke(pid_t tid, uint64_t address, long word) const;
  Result<> Insert(uint64_t address);
  // Whether the breakpoint there has been met as often as it should.
  bool IsUsedUp(uint64_t address);
  Result<> StepOver(pid_t tid, uint64_t address);
  // Reads the process of a stopped thread, and the thread's registers.
  Result<> ScanAt(pid_t tid, ProcessScanner& scanner) const;
  Result<> AtExit(pid_t tid, ProcessScanner& scanner) const;
  // True if the thread stands on one of our breakpoints; it has been scanned
  // and moved past it.
  Result<bool> AtBreakpoint(pid_t tid, ProcessScanner& scanner);

  pid_t pid_;
  int pidfd_;
  std::string name_;
  std::map<pid_t, bool> threads_;
  bool stops_at_calls_ = false;
  SocketCalls calls_;
  std::map<uint64_t, long> original_;   // the word at each breakpoint
  std::map<uint64_t, int> stops_left_;  // of those of inner functions
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AUDIT_TRACER_H_
