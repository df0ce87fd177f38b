#include "executor/wire.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "common/check.h"

namespace bailey::executor {
namespace {

struct ControlBuffer {
  alignas(cmsghdr)
      std::array<char, CMSG_SPACE(kMaxMessageFds * sizeof(int))> bytes{};
};

void PutDescriptors(msghdr& header, ControlBuffer& control,
                    std::span<const int> descriptors) {
  if (descriptors.empty()) return;
  header.msg_control = control.bytes.data();
  header.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
  cmsghdr* message = CMSG_FIRSTHDR(&header);
  message->cmsg_level = SOL_SOCKET;
  message->cmsg_type = SCM_RIGHTS;
  message->cmsg_len = CMSG_LEN(descriptors.size_bytes());
  std::memcpy(CMSG_DATA(message), descriptors.data(), descriptors.size_bytes());
}

std::vector<UniqueFd> TakeDescriptors(msghdr& header) {
  std::vector<UniqueFd> descriptors;
  for (cmsghdr* message = CMSG_FIRSTHDR(&header); message != nullptr;
       message = CMSG_NXTHDR(&header, message)) {
    if (message->cmsg_level != SOL_SOCKET || message->cmsg_type != SCM_RIGHTS) {
      continue;
    }
    const size_t count = (message->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(message) + i * sizeof(int), sizeof fd);
      descriptors.emplace_back(fd);
    }
  }
  return descriptors;
}

}  // namespace

Result<std::pair<UniqueFd, UniqueFd>> PacketPair() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return FailErrno("cannot make a socket pair");
  }
  return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

Result<> SendMessage(int socket, std::string_view bytes,
                     std::span<const int> descriptors) {
  CHECK(bytes.size() <= kMaxMessageBytes);
  CHECK(descriptors.size() <= kMaxMessageFds);
  // SAFETY: sendmsg only reads through iov_base.
  iovec data{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  ControlBuffer control;
  PutDescriptors(header, control, descriptors);
  ssize_t sent = 0;
  do {
    sent = sendmsg(socket, &header, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  if (sent < 0) return FailErrno("cannot send a message");
  return {};
}

Result<Message> ReceiveMessage(int socket) {
  Message message;
  message.bytes.resize(kMaxMessageBytes);
  iovec data{message.bytes.data(), message.bytes.size()};
  ControlBuffer control;
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  ssize_t received = 0;
  do {
    received = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  } while (received < 0 && errno == EINTR);
  if (received < 0) return FailErrno("cannot receive a message");
  message.descriptors = TakeDescriptors(header);
  if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) {
    return Fail("a message was cut short");
  }
  message.bytes.resize(static_cast<size_t>(received));
  message.closed = received == 0;
  return message;
}

Result<UniqueFd> SealedMemory(const char* name, std::string_view bytes) {
  UniqueFd fd(memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid()) return FailErrno("cannot make a memory file");
  RETURN_IF_ERROR(WriteAll(fd.get(), bytes, name));
  if (fcntl(fd.get(), F_ADD_SEALS,
            F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) != 0) {
    return FailErrno("cannot seal a memory file");
  }
  return fd;
}

Result<UniqueFd> ReopenForReading(int fd) {
  return OpenFile(fmt::format("/proc/self/fd/{}", fd), O_RDONLY);
}

}  // namespace bailey::executor
