#include "executor/agent/listener.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "executor/process.h"

namespace bailey::executor {
namespace {

constexpr useconds_t kRetryMicroseconds = 500;

// The kernel's structure may be longer than ours: it says how long.
Result<size_t> NotificationSize() {
  seccomp_notif_sizes sizes{};
  // SAFETY: the kernel fills the structure it is given.
  if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) != 0) {
    return FailErrno("this kernel has no seccomp notifications");
  }
  return std::max<size_t>(sizes.seccomp_notif, sizeof(seccomp_notif));
}

Result<> CheckIsListener(int fd) {
  std::array<char, 64> target{};
  const std::string link = fmt::format("/proc/self/fd/{}", fd);
  const ssize_t size = readlink(link.c_str(), target.data(), target.size());
  if (size < 0) return FailErrno("cannot look at a listener");
  const std::string_view name(target.data(), static_cast<size_t>(size));
  if (name == "anon_inode:seccomp notify") return {};
  return Fail(fmt::format("a portion named `{}` as its listener", name));
}

// A process descriptor is readable from the end of its process on. Older
// kernels answer EBADF for the descriptors of a process that is ending.
bool HasEnded(int pidfd) {
  pollfd entry{pidfd, POLLIN, 0};
  return poll(&entry, 1, 0) > 0;
}

}  // namespace

Result<Listener> Listener::Take(int pidfd, int number, int64_t deadline_ms) {
  for (;;) {
    UniqueFd fd = CopyFdOf(pidfd, number);
    if (fd.valid()) {
      RETURN_IF_ERROR(CheckIsListener(fd.get()));
      return Listener(std::move(fd));
    }
    const int error = errno;
    if (error == ESRCH || HasEnded(pidfd)) {
      return Fail("it ended while its filter was installed");
    }
    if (error != EBADF || NowMs() > deadline_ms) {
      return FailErrno(
          "cannot take a portion's listener", error,
          "the filter was not installed: see `bailey doctor` for what this "
          "kernel's seccomp has");
    }
    usleep(kRetryMicroseconds);
  }
}

Result<Listener> Listener::Adopt(UniqueFd fd) {
  RETURN_IF_ERROR(CheckIsListener(fd.get()));
  return Listener(std::move(fd));
}

Result<ListenerEvent> Listener::Await(int64_t deadline_ms) const {
  ASSIGN_OR_RETURN(const short events, WaitForEvents(fd_.get(), deadline_ms));
  if (events == 0) return ListenerEvent::kTimeout;
  return (events & POLLIN) != 0 ? ListenerEvent::kCall : ListenerEvent::kEnded;
}

Result<std::optional<Notification>> Listener::Receive() {
  ASSIGN_OR_RETURN(const size_t size, NotificationSize());
  std::vector<uint64_t> buffer((size + 7) / 8);
  if (ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_RECV, buffer.data()) != 0) {
    if (errno == ENOENT || errno == EINTR) return std::optional<Notification>();
    return FailErrno("cannot receive a notification");
  }
  seccomp_notif raw;
  std::memcpy(&raw, buffer.data(), sizeof raw);
  Notification call;
  call.id = raw.id;
  call.thread = static_cast<pid_t>(raw.pid);
  call.call.number = static_cast<uint32_t>(raw.data.nr);
  call.call.architecture = raw.data.arch;
  call.call.instruction_pointer = raw.data.instruction_pointer;
  std::ranges::copy(raw.data.args, call.call.arguments.begin());
  return std::optional(call);
}

bool Listener::IsValid(uint64_t id) const {
  return ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}

Result<> Listener::Respond(uint64_t id, int error, uint32_t flags) {
  seccomp_notif_resp response{};
  response.id = id;
  response.error = error;
  response.flags = flags;
  if (ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_SEND, &response) != 0 &&
      errno != ENOENT) {
    return FailErrno("cannot answer a notification");
  }
  return {};
}

Result<> Listener::Deny(uint64_t id, int errno_value) {
  return Respond(id, -errno_value, 0);
}

Result<> Listener::Continue(uint64_t id) {
  return Respond(id, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

Result<> Listener::AnswerSentinel(uint64_t id, int number) {
  ASSIGN_OR_RETURN(const UniqueFd null, OpenFile("/dev/null", O_RDONLY));
  seccomp_notif_addfd add{};
  add.id = id;
  add.flags = SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND;
  add.srcfd = static_cast<uint32_t>(null.get());
  add.newfd = static_cast<uint32_t>(number);
  add.newfd_flags = O_CLOEXEC;
  if (ioctl(fd_.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &add) < 0) {
    return FailErrno("cannot take the portion's own listener from it");
  }
  return {};
}

}  // namespace bailey::executor
