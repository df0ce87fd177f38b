// The Unix sockets by which an instance's programs talk, and the directories in
// which they lie: file systems of the instance's own, empty at the start, which
// the server's container may change, its clients' containers only see, and
// nobody else has.
//
//   ASSIGN_OR_RETURN(ServedSockets sockets,
//                    ServedSockets::Create(plan, order, own_identities));
//   setup.socket_directories = sockets.DirectoriesOf("worker");
//   ASSIGN_OR_RETURN(bool is_there, IsServed(awaited, signer_pid));
//
// The server's program may do anything in its directory at any time: no name in
// it is followed, and nothing there is believed but that it is a socket.

#ifndef BAILEY_EXECUTOR_AGENT_SERVED_SOCKETS_H_
#define BAILEY_EXECUTOR_AGENT_SERVED_SOCKETS_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "common/documents/plan.h"
#include "common/fd.h"
#include "common/result.h"
#include "executor/agent/container_setup.h"

namespace bailey::executor {

// What a program waits for before it starts.
struct AwaitedSocket {
  std::string path;  // for messages
  std::string server;
  std::string name;    // in the directory
  UniqueFd directory;  // O_PATH or a mount
};

class ServedSockets {
 public:
  // `order`: as the portions start; the one at i has the identity i + 1 where
  // the instance has own identities.
  static Result<ServedSockets> Create(
      const Plan& plan, const std::vector<const PlanPortion*>& order,
      bool own_identities);

  // The descriptors stay ours.
  std::vector<SocketDirectory> DirectoriesOf(std::string_view portion) const;
  Result<std::vector<AwaitedSocket>> AwaitedBy(std::string_view portion) const;

 private:
  struct Mounted {
    std::string path;  // of the directory
    std::string portion;
    bool serves = false;
    UniqueFd tree;
  };

  Result<> AddDirectory(const Plan& plan, const PlanSocket& socket,
                        uint32_t owner);

  std::vector<PlanSocket> sockets_;
  std::vector<Mounted> mounted_;
};

// Whether the socket is bound, and its server listens if that is how its kind
// is used: then everybody who sees it may connect (the server's file mode
// creation mask is its own affair). `server`: its process.
Result<bool> IsServed(const AwaitedSocket& socket, pid_t server);

// What the socket of a line of net/unix was bound as, if clients can use it;
// else empty. Part of the line.
std::string_view OpenSocketName(std::string_view line);

// Whether a line of the server's net/unix is of a socket of that name which
// clients can use; for tests.
bool IsOpenSocket(std::string_view line, std::string_view name);

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_SERVED_SOCKETS_H_
