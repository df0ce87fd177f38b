#include "tests/analyzer/elf/syscall_recorder.h"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace bailey::analyzer {
namespace {

[[noreturn]] void RunTraced(const std::vector<std::string>& command) {
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int null = open("/dev/null", O_RDWR);
  for (int fd : {0, 1, 2}) dup2(null, fd);
  if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(126);
  execv(arguments[0], arguments.data());
  _exit(127);
}

class Recorder {
 public:
  explicit Recorder(pid_t first) : first_(first) {}

  // True if the program was seen to its end.
  bool Run() {
    // The stop of the exec itself: from here on it is the program's code.
    int status = 0;
    if (waitpid(first_, &status, 0) != first_ || !WIFSTOPPED(status))
      return false;
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
                         PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                         PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SETOPTIONS, first_, 0, options) != 0) return false;
    if (ptrace(PTRACE_SYSCALL, first_, 0, 0) != 0) return false;
    while (!is_over_) {
      const pid_t pid = waitpid(-1, &status, __WALL);
      if (pid < 0) return false;
      Handle(pid, status);
    }
    return true;
  }

  std::set<uint32_t> TakeNumbers() { return std::move(numbers_); }

 private:
  void Handle(pid_t pid, int status) {
    if (WIFEXITED(status) || WIFSIGNALED(status)) {
      is_over_ = pid == first_;
      return;
    }
    if (!WIFSTOPPED(status)) return;
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    if (event == PTRACE_EVENT_EXEC) {
      // Another program, whose calls are not this one's.
      ptrace(PTRACE_DETACH, pid, 0, 0);
      return;
    }
    if (signal == (SIGTRAP | 0x80)) Record(pid);
    const bool is_ours =
        signal == (SIGTRAP | 0x80) || signal == SIGTRAP || signal == SIGSTOP;
    ptrace(PTRACE_SYSCALL, pid, 0, is_ours ? 0 : signal);
  }

  // At the stop before a call; at the one after it the number may be gone.
  void Record(pid_t pid) {
    __ptrace_syscall_info info;
    // SAFETY: the kernel writes at most the size given.
    if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) > 0 &&
        info.op == PTRACE_SYSCALL_INFO_ENTRY)
      numbers_.insert(static_cast<uint32_t>(info.entry.nr));
  }

  const pid_t first_;
  bool is_over_ = false;
  std::set<uint32_t> numbers_;
};

}  // namespace

std::optional<std::set<uint32_t>> RecordSyscalls(
    const std::vector<std::string>& command) {
  const pid_t child = fork();
  if (child < 0) return std::nullopt;
  if (child == 0) RunTraced(command);
  Recorder recorder(child);
  if (!recorder.Run()) return std::nullopt;
  return recorder.TakeNumbers();
}

}  // namespace bailey::analyzer
