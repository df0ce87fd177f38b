#include "executor/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <string_view>

namespace bailey::executor {
namespace {

static_assert(kAllNamespaces ==
              (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC |
               CLONE_NEWUTS | CLONE_NEWCGROUP | CLONE_NEWNET));

Result<> WriteProcFile(pid_t pid, std::string_view file,
                       const std::string& text) {
  const std::string path = fmt::format("/proc/{}/{}", pid, file);
  ASSIGN_OR_RETURN(const UniqueFd fd, OpenFile(path, O_WRONLY));
  return WriteAll(fd.get(), text, path);
}

std::string MapLine(const IdRange& range) {
  return fmt::format("{} {} {}\n", range.inside, range.outside, range.count);
}

// The value of `name:` in a file of such lines.
Result<std::string> FieldOf(const std::string& path, std::string_view name) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const std::string key = fmt::format("{}:", name);
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line(text.data() + at, end - at);
    if (line.starts_with(key)) {
      const size_t value = line.find_first_not_of(" \t", key.size());
      return std::string(value == line.npos ? "" : line.substr(value));
    }
    at = end + 1;
  }
  return Fail(fmt::format("`{}` has no `{}`", path, key));
}

}  // namespace

Result<pid_t> ForkInto(uint64_t clone_flags, UniqueFd* pidfd) {
  int fd = -1;
  clone_args arguments{};
  arguments.flags = clone_flags | CLONE_PIDFD;
  // SAFETY: the kernel writes one int there, in the parent, before it returns.
  arguments.pidfd = reinterpret_cast<uint64_t>(&fd);
  arguments.exit_signal = SIGCHLD;
  // SAFETY: without CLONE_VM the child has its own copy of everything, and the
  // caller has one thread, so no lock is held by a thread that is not there.
  const long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0) {
    return FailErrno("cannot create namespaces", errno, NamespaceHint(errno));
  }
  if (pid > 0) pidfd->Reset(fd);
  return static_cast<pid_t>(pid);
}

std::string NamespaceHint(int errno_value) {
  if (errno_value == EAGAIN) {
    return "the limit of processes is reached: raise `ulimit -u`";
  }
  return "this host refuses user namespaces: set `sysctl "
         "user.max_user_namespaces` above 0 and, where they exist, "
         "`kernel.unprivileged_userns_clone=1` and "
         "`kernel.apparmor_restrict_unprivileged_userns=0`, or run as root; "
         "`bailey doctor` shows what is missing";
}

Result<> WriteIdMaps(pid_t pid, const IdRange& uids, const IdRange& gids,
                     bool deny_setgroups) {
  if (deny_setgroups) RETURN_IF_ERROR(WriteProcFile(pid, "setgroups", "deny"));
  RETURN_IF_ERROR(WriteProcFile(pid, "gid_map", MapLine(gids)));
  return WriteProcFile(pid, "uid_map", MapLine(uids));
}

Result<pid_t> PidOf(int pidfd) {
  ASSIGN_OR_RETURN(const std::string text,
                   FieldOf(fmt::format("/proc/self/fdinfo/{}", pidfd), "Pid"));
  pid_t pid = -1;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  if (pid <= 0) return Fail("a portion ended before it was set up");
  return pid;
}

Result<std::string> StatusField(pid_t pid, std::string_view name) {
  return FieldOf(fmt::format("/proc/{}/status", pid), name);
}

int64_t NowMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

Result<short> WaitForEvents(int fd, int64_t deadline_ms) {
  for (;;) {
    const int64_t left = deadline_ms - NowMs();
    if (left <= 0) return short{0};
    pollfd entry{fd, POLLIN, 0};
    const int ready =
        poll(&entry, 1, static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (ready > 0) return entry.revents;
    if (ready < 0 && errno != EINTR) return FailErrno("cannot poll");
  }
}

Result<bool> WaitReadable(int fd, int64_t deadline_ms) {
  ASSIGN_OR_RETURN(const short events, WaitForEvents(fd, deadline_ms));
  return events != 0;
}

void KillByPidfd(int pidfd) {
  // ESRCH means that it has ended already, which is what was wanted.
  // SAFETY: without a siginfo the kernel makes one as kill(2) does.
  if (pidfd >= 0) {
    (void)syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0);
  }
}

UniqueFd CopyFdOf(int pidfd, int number) {
  // SAFETY: three integers; the kernel checks that we may trace the process.
  return UniqueFd(static_cast<int>(syscall(SYS_pidfd_getfd, pidfd, number, 0)));
}

}  // namespace bailey::executor
