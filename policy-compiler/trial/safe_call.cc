#include "policy-compiler/trial/safe_call.h"

#include <sys/socket.h>

#include <algorithm>
#include <span>

namespace bailey::policy {
namespace {

// Each list is in the order of the alphabet.
constexpr std::string_view kNumbers[] = {"getegid",
                                         "geteuid",
                                         "getgid",
                                         "getpgid",
                                         "getpgrp",
                                         "getpid",
                                         "getppid",
                                         "getsid",
                                         "gettid",
                                         "getuid",
                                         "sched_get_priority_max",
                                         "sched_get_priority_min",
                                         "sched_getscheduler",
                                         "sched_yield"};

// The descriptor is the first argument.
constexpr std::string_view kDescriptors[] = {
    "accept",    "accept4",    "bind",        "close",       "connect",
    "dup",       "dup2",       "dup3",        "epoll_ctl",   "epoll_wait",
    "fadvise64", "fallocate",  "fchdir",      "fchmod",      "fchown",
    "fcntl",     "fdatasync",  "flock",       "fstat",       "fsync",
    "ftruncate", "getdents64", "getpeername", "getsockname", "getsockopt",
    "ioctl",     "listen",     "lseek",       "pread64",     "preadv",
    "pwrite64",  "pwritev",    "read",        "readahead",   "readv",
    "recvfrom",  "recvmsg",    "sendmsg",     "sendto",      "setsockopt",
    "shutdown",  "syncfs",     "write",       "writev"};

// The path is the first argument.
constexpr std::string_view kPaths[] = {
    "access", "chdir", "chmod", "chown",  "chroot",  "creat",    "execve",
    "lchown", "link",  "lstat", "mkdir",  "mknod",   "open",     "readlink",
    "rename", "rmdir", "stat",  "statfs", "symlink", "truncate", "unlink"};

// The path is the second argument. (newfstatat and utimensat take a null one.)
constexpr std::string_view kPathsBelow[] = {"faccessat", "mkdirat", "openat",
                                            "readlinkat", "unlinkat"};

bool Has(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// As the kernel reads an int.
int32_t Int(uint64_t argument) {
  // SAFETY: since C++20 the conversion keeps the low 32 bits.
  return static_cast<int32_t>(argument);
}

}  // namespace

bool IsSafeCall(std::string_view call,
                const std::array<uint64_t, 6>& arguments) {
  if (Has(kNumbers, call)) return true;
  if (Has(kDescriptors, call)) return Int(arguments[0]) < 0;
  if (Has(kPaths, call)) return arguments[0] == 0;
  if (Has(kPathsBelow, call)) return arguments[1] == 0;
  return call == "socket" && Int(arguments[0]) == AF_UNIX;
}

}  // namespace bailey::policy
