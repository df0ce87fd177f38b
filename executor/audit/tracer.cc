#include "executor/audit/tracer.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <set>

#include "common/fd.h"
#include "executor/process.h"
#include "executor/ptrace_word.h"

namespace bailey::executor {
namespace {

constexpr long kBreakpoint = 0xcc;  // int3

constexpr long kOptions = PTRACE_O_EXITKILL | PTRACE_O_TRACEEXIT |
                          PTRACE_O_TRACEEXEC | PTRACE_O_TRACECLONE |
                          PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK;

// ESRCH: it was killed meanwhile; waitpid will say so.
Result<> Continue(pid_t tid, int signal, bool stops_at_calls) {
  const auto request = stops_at_calls ? PTRACE_SYSCALL : PTRACE_CONT;
  if (ptrace(request, tid, nullptr,
             PtraceWord(static_cast<uint64_t>(signal))) != 0 &&
      errno != ESRCH) {
    return FailErrno("cannot continue a traced portion");
  }
  return {};
}

int EventOf(int status) { return status >> 16; }

bool IsJobControl(int signal) {
  return signal == SIGSTOP || signal == SIGTSTP || signal == SIGTTIN ||
         signal == SIGTTOU;
}

Result<int> WaitFor(pid_t tid) {
  int status = 0;
  pid_t got = -1;
  do {
    got = waitpid(tid, &status, __WALL);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return FailErrno("cannot wait for a traced portion");
  return status;
}

// General registers in words, and what the vector registers hold.
void ScanRegisters(pid_t tid, ProcessScanner& scanner,
                   std::string_view portion) {
  std::string bytes(size_t{1} << 16, '\0');
  for (const uint64_t set : {uint64_t{NT_PRSTATUS}, uint64_t{NT_X86_XSTATE}}) {
    iovec place{bytes.data(), bytes.size()};
    // SAFETY: the kernel fills at most the vector's length, and sets it.
    if (ptrace(PTRACE_GETREGSET, tid, PtraceWord(set), &place) != 0) continue;
    scanner.Look(std::string_view(bytes.data(), place.iov_len), portion,
                 "registers");
  }
}

// Of a thread; empty if it has ended, whether or not that was reported, or is
// about to and has no memory any more.
std::string LivingProcessOf(pid_t tid) {
  const auto state = StatusField(tid, "State");
  const auto process = StatusField(tid, "Tgid");
  if (!state.ok() || !process.ok() || !StatusField(tid, "VmSize").ok())
    return "";
  return state->starts_with('Z') || state->starts_with('X') ? "" : *process;
}

}  // namespace

Result<Tracer> Tracer::Seize(pid_t pid, int pidfd, std::string name) {
  if (ptrace(PTRACE_SEIZE, pid, nullptr, PtraceWord(kOptions)) != 0) {
    return FailErrno(fmt::format("cannot trace portion `{}`", name), errno,
                     "an audit needs ptrace: see `kernel.yama.ptrace_scope`");
  }
  Tracer tracer(pid, pidfd, std::move(name));
  tracer.threads_[pid] = true;
  return tracer;
}

Tracer Tracer::Adopt(pid_t pid, int pidfd, std::string name) {
  Tracer tracer(pid, pidfd, std::move(name));
  tracer.threads_[pid] = true;
  tracer.stops_at_calls_ = true;
  return tracer;
}

Result<> Tracer::FollowCalls() {
  if (ptrace(PTRACE_SETOPTIONS, pid_, nullptr,
             PtraceWord(kOptions | PTRACE_O_TRACESYSGOOD)) != 0) {
    return FailErrno(fmt::format("cannot trace portion `{}`", name_));
  }
  return GoOn(pid_, 0);
}

Result<> Tracer::GoOn(pid_t tid, int signal) const {
  return Continue(tid, signal, stops_at_calls_);
}

// Standing signals that stop for job control are listened to, not continued.
Result<> Tracer::HandleGroupStop(pid_t tid, int signal) const {
  if (!IsJobControl(signal)) return GoOn(tid, 0);
  if (ptrace(PTRACE_LISTEN, tid, nullptr, nullptr) != 0 && errno != ESRCH) {
    return FailErrno("cannot leave a traced portion stopped");
  }
  return {};
}

// What is sent is there before the call, what is received after it.
Result<> Tracer::AtCall(pid_t tid, ProcessScanner& scanner) {
  // SAFETY: two integers; O_EXCL is PIDFD_THREAD, from Linux 6.9 on.
  const UniqueFd thread(static_cast<int>(syscall(SYS_pidfd_open, tid, O_EXCL)));
  const CallKind kind = calls_.At(tid, thread.valid() ? thread.get() : pidfd_);
  if (kind != CallKind::kOther) {
    ++scanner.summary().crossing_stops;
    RETURN_IF_ERROR(ScanAt(tid, scanner));
  }
  return GoOn(tid, 0);
}

bool Tracer::Traces(pid_t tid) const { return threads_.contains(tid); }

Result<> Tracer::AwaitExec() {
  for (;;) {
    ASSIGN_OR_RETURN(const int status, WaitFor(pid_));
    if (!WIFSTOPPED(status)) {
      return Fail(
          fmt::format("portion `{}` ended before its program ran", name_));
    }
    if (EventOf(status) == PTRACE_EVENT_EXEC) return {};
    RETURN_IF_ERROR(GoOn(pid_, EventOf(status) == 0 ? WSTOPSIG(status) : 0));
  }
}

// How far the program was moved from its link addresses: the kernel tells where
// its entry is.
Result<uint64_t> Tracer::LoadBias(uint64_t entry) const {
  ASSIGN_OR_RETURN(const std::string bytes,
                   ReadFile(fmt::format("/proc/{}/auxv", pid_)));
  for (size_t at = 0; at + sizeof(Elf64_auxv_t) <= bytes.size();
       at += sizeof(Elf64_auxv_t)) {
    Elf64_auxv_t item;
    std::memcpy(&item, bytes.data() + at, sizeof item);
    if (item.a_type == AT_ENTRY) return item.a_un.a_val - entry;
  }
  return Fail("a program has no entry in its auxiliary vector");
}

Result<> Tracer::Arm(const ElfSymbols& symbols,
                     std::span<const std::string> names,
                     std::span<const std::string> inner) {
  RETURN_IF_ERROR(AwaitExec());
  ASSIGN_OR_RETURN(const uint64_t bias, LoadBias(symbols.entry()));
  for (const std::string& name : names) {
    const std::optional<uint64_t> address = symbols.Function(name);
    if (address) RETURN_IF_ERROR(Insert(*address + bias));
  }
  for (const std::string& name : inner) {
    const std::optional<uint64_t> address = symbols.Function(name);
    if (!address || original_.contains(*address + bias)) continue;
    RETURN_IF_ERROR(Insert(*address + bias));
    stops_left_[*address + bias] = kStopsPerFunction;
  }
  if (original_.empty() && !names.empty()) {
    return Fail(
        fmt::format("the program of `{}` has no function `{}` to stop at",
                    name_, names.front()),
        "an audit needs the programs' symbol tables: build without stripping");
  }
  return GoOn(pid_, 0);
}

Result<long> Tracer::Peek(pid_t tid, uint64_t address) const {
  errno = 0;
  const long word = ptrace(PTRACE_PEEKTEXT, tid, PtraceWord(address), nullptr);
  if (errno != 0) return FailErrno("cannot read a traced portion's text");
  return word;
}

Result<> Tracer::Poke(pid_t tid, uint64_t address, long word) const {
  if (ptrace(PTRACE_POKETEXT, tid, PtraceWord(address),
             PtraceWord(static_cast<uint64_t>(word))) != 0) {
    return FailErrno("cannot set a breakpoint");
  }
  return {};
}

Result<> Tracer::Insert(uint64_t address) {
  ASSIGN_OR_RETURN(const long word, Peek(pid_, address));
  original_.emplace(address, word);
  return Poke(pid_, address, (word & ~0xffl) | kBreakpoint);
}

bool Tracer::IsUsedUp(uint64_t address) {
  const auto left = stops_left_.find(address);
  return left != stops_left_.end() && --left->second <= 0;
}

Result<> Tracer::StepOver(pid_t tid, uint64_t address) {
  // Only the first byte is ours: another breakpoint may stand in the others.
  ASSIGN_OR_RETURN(const long armed, Peek(tid, address));
  const long word = (armed & ~0xffl) | (original_.at(address) & 0xffl);
  RETURN_IF_ERROR(Poke(tid, address, word));
  if (ptrace(PTRACE_SINGLESTEP, tid, nullptr, nullptr) != 0) {
    return FailErrno("cannot step a traced portion");
  }
  ASSIGN_OR_RETURN(const int status, WaitFor(tid));
  if (!WIFSTOPPED(status)) return {};
  if (!IsUsedUp(address)) RETURN_IF_ERROR(Poke(tid, address, armed));
  const int signal = EventOf(status) == 0 ? WSTOPSIG(status) : 0;
  return GoOn(tid, signal == SIGTRAP ? 0 : signal);
}

Result<> Tracer::ScanAt(pid_t tid, ProcessScanner& scanner) const {
  ScanRegisters(tid, scanner, name_);
  // A process's first thread may have ended, and with it what it has open; the
  // thread that is stopped has not. Kernels before 6.9 name first threads
  // alone. SAFETY: two integers; O_EXCL is PIDFD_THREAD.
  const UniqueFd thread(static_cast<int>(syscall(SYS_pidfd_open, tid, O_EXCL)));
  if (thread.valid()) return scanner.Scan(tid, thread.get(), name_);
  ASSIGN_OR_RETURN(const std::string process, StatusField(tid, "Tgid"));
  if (process == std::to_string(pid_)) return scanner.Scan(tid, pidfd_, name_);
  // A forked child. SAFETY: two integers.
  const UniqueFd child(
      static_cast<int>(syscall(SYS_pidfd_open, std::stoi(process), 0)));
  if (!child.valid()) return FailErrno("cannot look at a portion's child");
  return scanner.Scan(tid, child.get(), name_);
}

Result<uint64_t> Tracer::ScanLiving(ProcessScanner& scanner,
                                    pid_t without) const {
  std::set<std::string> done{"", LivingProcessOf(without)};
  const size_t before = done.size();
  for (const auto& [tid, is_known] : threads_) {
    if (!done.insert(LivingProcessOf(tid)).second) continue;
    const Result<> scanned = ScanAt(tid, scanner);
    // It may be killed while it is read.
    if (!scanned.ok() && !LivingProcessOf(tid).empty())
      return std::unexpected(scanned.error());
  }
  return done.size() - before;
}

// With the container's first program its other processes are killed, and do not
// stop for that.
Result<> Tracer::AtExit(pid_t tid, ProcessScanner& scanner) const {
  RETURN_IF_ERROR(ScanAt(tid, scanner));
  ++scanner.summary().exit_stops;
  if (tid == pid_) RETURN_IF_ERROR(ScanLiving(scanner, tid));
  return GoOn(tid, 0);
}

Result<bool> Tracer::AtBreakpoint(pid_t tid, ProcessScanner& scanner) {
  user_regs_struct registers{};
  if (ptrace(PTRACE_GETREGS, tid, nullptr, &registers) != 0) {
    if (errno == ESRCH) return true;
    return FailErrno("cannot read a traced portion's registers");
  }
  const uint64_t address = registers.rip - 1;
  if (!original_.contains(address)) return false;
  ++scanner.summary().crossing_stops;
  RETURN_IF_ERROR(ScanAt(tid, scanner));
  registers.rip = address;
  if (ptrace(PTRACE_SETREGS, tid, nullptr, &registers) != 0) {
    return FailErrno("cannot set a traced portion's registers");
  }
  RETURN_IF_ERROR(StepOver(tid, address));
  return true;
}

Result<> Tracer::HandleStop(pid_t tid, int status, ProcessScanner& scanner) {
  if (!WIFSTOPPED(status)) {
    threads_.erase(tid);
    calls_.Forget(tid);
    return {};
  }
  switch (EventOf(status)) {
    case 0: {
      const int signal = WSTOPSIG(status);
      if (signal == (SIGTRAP | 0x80)) return AtCall(tid, scanner);
      if (signal == SIGTRAP) {
        ASSIGN_OR_RETURN(const bool ours, AtBreakpoint(tid, scanner));
        if (ours) return {};
      }
      return GoOn(tid, signal);
    }
    case PTRACE_EVENT_EXIT:
      return AtExit(tid, scanner);
    case PTRACE_EVENT_EXEC:
      return Fail(fmt::format("portion `{}` ran another program: what it held "
                              "before could not be read",
                              name_),
                  "an audit reads programs that stay what they are");
    case PTRACE_EVENT_STOP:
      return HandleGroupStop(tid, WSTOPSIG(status));
    case PTRACE_EVENT_CLONE:
    case PTRACE_EVENT_FORK:
    case PTRACE_EVENT_VFORK: {
      unsigned long created = 0;
      if (ptrace(PTRACE_GETEVENTMSG, tid, nullptr, &created) == 0) {
        threads_[static_cast<pid_t>(created)] = true;
      }
      return GoOn(tid, 0);
    }
    default:
      return GoOn(tid, 0);
  }
}

}  // namespace bailey::executor
