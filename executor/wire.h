// Messages with descriptors over a Unix socket of packets, and sealed memory.
//
//   RETURN_IF_ERROR(SendMessage(socket, "start", descriptors));
//   ASSIGN_OR_RETURN(Message message, ReceiveMessage(socket));
//   if (message.closed) ...

#ifndef BAILEY_EXECUTOR_WIRE_H_
#define BAILEY_EXECUTOR_WIRE_H_

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/fd.h"
#include "common/result.h"

namespace bailey::executor {

inline constexpr size_t kMaxMessageBytes = 4096;
inline constexpr size_t kMaxMessageFds = 253;  // the kernel's own bound

struct Message {
  std::string bytes;
  std::vector<UniqueFd> descriptors;  // close-on-exec
  bool closed = false;                // the other side has gone
};

// A connected pair, close-on-exec, that keeps the bounds of messages.
Result<std::pair<UniqueFd, UniqueFd>> PacketPair();

// The descriptors stay the caller's. A peer that has gone is an error, never a
// signal.
Result<> SendMessage(int socket, std::string_view bytes,
                     std::span<const int> descriptors = {});
Result<Message> ReceiveMessage(int socket);

// A memory file that nobody can write, grow or shrink any more.
Result<UniqueFd> SealedMemory(const char* name, std::string_view bytes);

// A descriptor of its own for the same file, from its beginning, for reading.
Result<UniqueFd> ReopenForReading(int fd);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_WIRE_H_
