// A long-lived program makes calls in loops of different depth, and the table
// follows from the depth alone: it waits and transfers many times while a file
// is open, opens many files while a mapping or a connection lives, makes many
// of those while a thread lives, and starts threads many times in a process's
// life. Each step is a factor of 4. The groups are those of the manual pages'
// descriptions (futex(2): "wait until a certain condition becomes true";
// personality(2): set once before exec); no program was traced for it, and
// `--frequencies` replaces it.

#include "policy-compiler/seccomp/call_weights.h"

#include <algorithm>
#include <array>
#include <span>

namespace bailey::policy {
namespace {

// Data is moved, or the thread waits for it.
constexpr std::array<std::string_view, 32> kTransfers = {
    "futex",       "read",          "write",           "readv",
    "writev",      "pread64",       "pwrite64",        "preadv",
    "pwritev",     "recvfrom",      "recvmsg",         "recvmmsg",
    "sendto",      "sendmsg",       "sendmmsg",        "epoll_wait",
    "epoll_pwait", "poll",          "ppoll",           "select",
    "pselect6",    "clock_gettime", "clock_nanosleep", "nanosleep",
    "sched_yield", "gettimeofday",  "io_uring_enter",  "lseek",
    "sendfile",    "splice",        "io_getevents",    "io_submit"};

// Once or a few times for each file.
constexpr std::array<std::string_view, 14> kFiles = {
    "open",      "openat",     "openat2",    "close", "stat",
    "fstat",     "lstat",      "newfstatat", "statx", "access",
    "faccessat", "getdents64", "readlink",   "unlink"};

// Once or a few times for each mapping, descriptor or connection.
constexpr std::array<std::string_view, 15> kObjects = {
    "mmap",    "munmap",     "mprotect",   "madvise", "brk",
    "ioctl",   "fcntl",      "accept",     "accept4", "epoll_ctl",
    "connect", "getsockopt", "setsockopt", "socket",  "shutdown"};

// Once or a few times for each thread or process.
constexpr std::array<std::string_view, 9> kThreads = {
    "clone", "clone3", "fork",   "vfork",         "execve",
    "wait4", "kill",   "tgkill", "rt_sigprocmask"};

bool Has(std::span<const std::string_view> calls, std::string_view call) {
  return std::ranges::find(calls, call) != calls.end();
}

}  // namespace

double DefaultCallWeight(std::string_view call) {
  if (Has(kTransfers, call)) return 256;
  if (Has(kFiles, call)) return 64;
  if (Has(kObjects, call)) return 16;
  return Has(kThreads, call) ? 4 : 1;
}

}  // namespace bailey::policy
