// Which stops of a traced thread are where its program talks: calls that send
// to a socket, before them, and calls that receive from one, after them.
//
//   if (calls.At(tid, pidfd) != CallKind::kOther) ...   // at each system call
//   stop

#ifndef BAILEY_EXECUTOR_AUDIT_SOCKET_CALLS_H_
#define BAILEY_EXECUTOR_AUDIT_SOCKET_CALLS_H_

#include <sys/types.h>

#include <cstdint>
#include <map>

namespace bailey::executor {

// kBoth: of a call that may do either.
enum class CallKind { kOther, kSends, kReceives, kBoth };

// Of a call by its number, and the descriptor that it has first; not of
// splice(2), which has two.
CallKind KindOfCall(uint64_t number, bool is_socket);

class SocketCalls {
 public:
  // The thread stands at the entry or exit of a call. kSends only at an entry,
  // kReceives only at an exit. `pidfd`: of its process.
  CallKind At(pid_t tid, int pidfd);
  void Forget(pid_t tid) { entered_.erase(tid); }

 private:
  std::map<pid_t, CallKind> entered_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AUDIT_SOCKET_CALLS_H_
