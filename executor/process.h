// Processes and what the kernel tells of them.
//
//   ASSIGN_OR_RETURN(const pid_t pid, ForkInto(CLONE_NEWUSER, &pidfd));
//   if (pid == 0) ... the child ...

#ifndef BAILEY_EXECUTOR_PROCESS_H_
#define BAILEY_EXECUTOR_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "common/fd.h"
#include "common/result.h"

namespace bailey::executor {

// The namespaces of an instance and of each of its containers.
inline constexpr uint64_t kAllNamespaces =
    0x10000000 /* user */ | 0x20000000 /* pid */ | 0x00020000 /* mount */ |
    0x08000000 /* ipc */ | 0x04000000 /* uts */ | 0x02000000 /* cgroup */ |
    0x40000000 /* network */;

// fork, into new namespaces; returns 0 in the child. The child ends by SIGCHLD;
// `pidfd`, close-on-exec, names it. Requires that the caller has one thread.
Result<pid_t> ForkInto(uint64_t clone_flags, UniqueFd* pidfd);

// What to do about a host that refuses namespaces.
std::string NamespaceHint(int errno_value);

// One line of a process's uid_map or gid_map: `count` ids from `inside` on.
struct IdRange {
  uint32_t inside = 0;
  uint32_t outside = 0;
  uint32_t count = 1;
};

// Writes both maps of a child in a new user namespace. `deny_setgroups` must be
// true for a caller without CAP_SETGID in its own.
Result<> WriteIdMaps(pid_t pid, const IdRange& uids, const IdRange& gids,
                     bool deny_setgroups);

// The process that a pidfd names, as this PID namespace numbers it.
Result<pid_t> PidOf(int pidfd);

// A line of /proc/PID/status: StatusField(pid, "Seccomp") is "2".
Result<std::string> StatusField(pid_t pid, std::string_view name);

// Waits until `fd` can be read or is at its end: poll(2)'s events, or 0 when
// `deadline_ms` (of NowMs) passed.
Result<short> WaitForEvents(int fd, int64_t deadline_ms);

// Waits until `fd` can be read or has been closed. False: `deadline_ms` (of
// NowMs) passed.
Result<bool> WaitReadable(int fd, int64_t deadline_ms);

// CLOCK_MONOTONIC.
int64_t NowMs();

void KillByPidfd(int pidfd);

// A copy, close-on-exec, of descriptor `number` of the process that `pidfd`
// names; none and errno on failure. (pidfd_getfd(2): the header of glibc 2.36
// cannot be used from C++.)
UniqueFd CopyFdOf(int pidfd, int number);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_PROCESS_H_
