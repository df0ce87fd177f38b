// The agent's end of a portion's filter: seccomp_unotify(2).
//
//   ASSIGN_OR_RETURN(Listener listener, Listener::Take(pidfd, number,
//   deadline)); ASSIGN_OR_RETURN(std::optional<Notification> call,
//   listener.Receive()); if (call) RETURN_IF_ERROR(listener.Deny(call->id,
//   EPERM));

#ifndef BAILEY_EXECUTOR_AGENT_LISTENER_H_
#define BAILEY_EXECUTOR_AGENT_LISTENER_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "common/bpf/evaluator.h"
#include "common/fd.h"
#include "common/result.h"

namespace bailey::executor {

struct Notification {
  uint64_t id = 0;
  pid_t thread = -1;  // in the agent's PID namespace
  SeccompData call;
};

enum class ListenerEvent {
  kCall,     // a call waits for its answer, or waited until just now
  kEnded,    // no process is under the filter any more
  kTimeout,  // nothing until the deadline
};

class Listener {
 public:
  // Takes descriptor `number` of the process that `pidfd` names. The portion
  // says the number just before the descriptor exists, so this tries until the
  // deadline (NowMs) or the end of the process. Fails if what is there is not a
  // filter's listener.
  static Result<Listener> Take(int pidfd, int number, int64_t deadline_ms);

  // Of a descriptor that is ours already. Fails if it is no listener.
  static Result<Listener> Adopt(UniqueFd fd);

  // The kernel shows a filter without processes as always ready, and never with
  // a call: who waits for a call must look for that, or turns in a circle.
  Result<ListenerEvent> Await(int64_t deadline_ms) const;

  // Nothing: the caller died, or was interrupted, before we looked.
  Result<std::optional<Notification>> Receive();

  // True while the call still waits: what was read from its memory before is
  // then the memory of the process that made it.
  bool IsValid(uint64_t id) const;

  // A caller that is gone by now is no error.
  Result<> Deny(uint64_t id, int errno_value);
  Result<> Continue(uint64_t id);

  // Answers the sentinel: /dev/null takes the place of the portion's own
  // listener, `number`, and the call returns that number.
  Result<> AnswerSentinel(uint64_t id, int number);

  int fd() const { return fd_.get(); }

 private:
  explicit Listener(UniqueFd fd) : fd_(std::move(fd)) {}
  Result<> Respond(uint64_t id, int error, uint32_t flags);

  UniqueFd fd_;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_LISTENER_H_
