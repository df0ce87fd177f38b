#include "analyzer/capture/tracer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <thread>

#include "analyzer/capture/environment.h"
#include "common/fd.h"

namespace bailey::analyzer {
namespace {

constexpr int kOptions = PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK |
                         PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;

// SAFETY: ptrace takes its last two arguments as words or addresses by request;
// the requests here take no address but that of GETEVENTMSG, a live long.
long Ptrace(enum __ptrace_request request, pid_t pid, void* address,
            unsigned long data) {
  return ptrace(request, pid, address, data);
}

std::vector<std::string> SplitAtNul(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\0'), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// A terminal's interrupt goes to the whole foreground group: the build decides
// what it means, and we stay to report it. Restored at the end.
class IgnoreInterrupts {
 public:
  IgnoreInterrupts() {
    struct sigaction ignore = {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &interrupt_);
    sigaction(SIGQUIT, &ignore, &quit_);
  }
  IgnoreInterrupts(const IgnoreInterrupts&) = delete;
  IgnoreInterrupts& operator=(const IgnoreInterrupts&) = delete;
  ~IgnoreInterrupts() { Restore(); }

  // Also called in the child, which must start as if we were not there.
  void Restore() const {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGQUIT, &quit_, nullptr);
  }

 private:
  struct sigaction interrupt_ = {};
  struct sigaction quit_ = {};
};

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Result<Pipe> MakePipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return FailErrno("cannot make a pipe");
  return Pipe{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

// In the child: waits until it is traced, then becomes the command. On failure
// errno goes through `failure`, which a successful exec closes.
[[noreturn]] void BecomeCommand(const std::vector<char*>& arguments,
                                const Pipe& start, const Pipe& failure,
                                const IgnoreInterrupts& signals) {
  close(start.write.get());
  char byte;
  ssize_t count;
  do {
    count = read(start.read.get(), &byte, 1);
  } while (count < 0 && errno == EINTR);
  if (count != 1) _exit(127);  // the tracer gave up
  signals.Restore();
  execvp(arguments[0], arguments.data());
  const int reason = errno;
  [[maybe_unused]] const ssize_t written =
      write(failure.write.get(), &reason, sizeof reason);
  _exit(127);
}

// Owns the loop. INVARIANT: everything runs on one thread, since a tracee
// belongs to the thread that seized it; when that thread ends the kernel
// detaches what is left, which lets daemons of the build go on.
class Tracer {
 public:
  Tracer(const std::vector<std::string>& command,
         const std::function<void(const ExecEvent&)>& on_exec)
      : command_(command), on_exec_(on_exec) {}

  Result<int> Run() {
    ASSIGN_OR_RETURN(Pipe start, MakePipe());
    ASSIGN_OR_RETURN(Pipe failure, MakePipe());
    const IgnoreInterrupts signals;
    RETURN_IF_ERROR(Start(start, failure, signals));
    failure.write.Reset();
    const Result<int> status = Loop();
    int reason = 0;
    if (read(failure.read.get(), &reason, sizeof reason) == sizeof reason)
      return FailErrno(fmt::format("cannot run `{}`", command_[0]), reason);
    return status;
  }

 private:
  Result<> Start(Pipe& start, const Pipe& failure,
                 const IgnoreInterrupts& signals) {
    std::vector<char*> arguments;
    for (const std::string& word : command_)
      // SAFETY: execvp does not write to the strings; its type is historical.
      arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    root_ = fork();
    if (root_ < 0) return FailErrno("cannot fork");
    if (root_ == 0) BecomeCommand(arguments, start, failure, signals);
    if (Ptrace(PTRACE_SEIZE, root_, nullptr, kOptions) != 0) {
      const int reason = errno;
      start.write.Reset();  // the child sees the end and leaves
      waitpid(root_, nullptr, 0);
      return FailErrno("cannot trace the build", reason,
                       "ptrace is forbidden here; see "
                       "/proc/sys/kernel/yama/ptrace_scope");
    }
    Adopt(root_, 0);
    return WriteAll(start.write.get(), "x", "the build's start");
  }

  Result<int> Loop() {
    while (true) {
      int status = 0;
      // Only this thread's children: the process may have others.
      const pid_t pid = waitpid(-1, &status, __WALL | __WNOTHREAD);
      if (pid < 0 && errno == EINTR) continue;
      if (pid < 0) return FailErrno("cannot wait for the build");
      if (WIFSTOPPED(status)) {
        HandleStop(pid, status);
      } else {
        processes_.erase(pid);
        if (pid == root_) return ShellStatus(status);
      }
    }
  }

  static int ShellStatus(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }

  void HandleStop(pid_t pid, int status) {
    const int signal = WSTOPSIG(status);
    switch (status >> 16) {
      case PTRACE_EVENT_EXEC:
        ReportExec(pid);
        return Continue(pid, 0);
      case PTRACE_EVENT_FORK:
      case PTRACE_EVENT_VFORK:
      case PTRACE_EVENT_CLONE:
        RecordChild(pid);
        return Continue(pid, 0);
      case PTRACE_EVENT_STOP:
        return HandleGroupStop(pid, signal);
      default:
        // A signal on its way to the process: passed on.
        return Continue(pid, static_cast<unsigned long>(signal));
    }
  }

  // A process that was stopped (^Z) stays stopped until it gets SIGCONT; every
  // other such event is a new process, or one that goes on.
  static void HandleGroupStop(pid_t pid, int signal) {
    const bool stopped = signal == SIGSTOP || signal == SIGTSTP ||
                         signal == SIGTTIN || signal == SIGTTOU;
    if (stopped)
      Ptrace(PTRACE_LISTEN, pid, nullptr, 0);
    else
      Continue(pid, 0);
  }

  // May fail with ESRCH when the process was killed meanwhile: its end follows.
  static void Continue(pid_t pid, unsigned long signal) {
    Ptrace(PTRACE_CONT, pid, nullptr, signal);
  }

  void RecordChild(pid_t parent) {
    unsigned long child = 0;
    // SAFETY: GETEVENTMSG stores one unsigned long at the address in `data`.
    if (Ptrace(PTRACE_GETEVENTMSG, parent, nullptr,
               reinterpret_cast<unsigned long>(&child)) == 0)
      Adopt(static_cast<pid_t>(child), parent);
  }

  // Gives `pid` a number of its own, once.
  uint64_t Adopt(pid_t pid, pid_t parent) {
    const auto known = processes_.find(pid);
    if (known != processes_.end()) return known->second;
    const auto above = processes_.find(parent);
    parents_.push_back(above == processes_.end() ? 0 : above->second);
    return processes_[pid] = parents_.size() - 1;
  }

  // A child may execute before its parent's fork is reported; then /proc knows.
  uint64_t NumberOf(pid_t pid) {
    const auto known = processes_.find(pid);
    return known != processes_.end() ? known->second
                                     : Adopt(pid, ParentFromProc(pid));
  }

  static pid_t ParentFromProc(pid_t pid) {
    const auto text = ReadFile(fmt::format("/proc/{}/status", pid));
    const size_t at = text.ok() ? text->find("\nPPid:") : std::string::npos;
    return at == std::string::npos ? 0 : std::atoi(text->c_str() + at + 6);
  }

  void ReportExec(pid_t pid) {
    const std::string folder = fmt::format("/proc/{}", pid);
    ExecEvent event;
    event.process = NumberOf(pid);
    std::error_code error;
    event.directory =
        std::filesystem::read_symlink(folder + "/cwd", error).string();
    const auto words = ReadFile(folder + "/cmdline");
    if (error || !words.ok()) return;  // killed between the stop and here
    event.arguments = SplitAtNul(*words);
    if (const auto variables = ReadFile(folder + "/environ"); variables.ok())
      event.search_paths = ReadSearchPaths(*variables);
    for (uint64_t above = parents_[event.process]; above != 0;
         above = parents_[above])
      event.ancestors.push_back(above);
    on_exec_(event);
  }

  const std::vector<std::string>& command_;
  const std::function<void(const ExecEvent&)>& on_exec_;
  pid_t root_ = -1;
  std::map<pid_t, uint64_t> processes_;  // those alive, threads too
  std::vector<uint64_t> parents_{0};     // by number; 0: none, or not traced
};

}  // namespace

Result<int> TraceCommand(const std::vector<std::string>& command,
                         const std::function<void(const ExecEvent&)>& on_exec) {
  if (command.empty()) return Fail("no build command was given");
  Result<int> result = Fail("the build was not run");
  std::thread([&] { result = Tracer(command, on_exec).Run(); }).join();
  return result;
}

}  // namespace bailey::analyzer
