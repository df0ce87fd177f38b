// A container as the agent holds it: its first process, and the portion that
// waits in it or runs.
//
//   ASSIGN_OR_RETURN(Container container, Container::Start(setup, identity));
//   RETURN_IF_ERROR(container.Go());        // the portion execs
//   ... ReadInit() when init_socket() is readable ...

#ifndef BAILEY_EXECUTOR_AGENT_CONTAINER_H_
#define BAILEY_EXECUTOR_AGENT_CONTAINER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/fd.h"
#include "common/result.h"
#include "executor/agent/container_setup.h"

namespace bailey::executor {

class Container {
 public:
  // Makes the namespaces and the root; the portion exists and waits. `identity`
  // is the container's number, from 1, among the instance's ids.
  static Result<Container> Start(const ContainerSetup& setup,
                                 uint32_t identity);

  Container(Container&&) = default;
  Container& operator=(Container&&) = default;
  // Kills everything in it.
  ~Container();

  // Lets the portion exec, and waits until it has.
  Result<> Go();

  // What the first process says next. Returns the wait status of the portion
  // when it has ended, nothing if it was another message.
  Result<std::optional<int>> ReadInit();

  void Kill();

  int init_socket() const { return socket_.get(); }
  int portion_pidfd() const { return portion_pidfd_.get(); }
  pid_t portion_pid() const { return portion_pid_; }
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  Container() = default;
  Result<> AwaitReady();
  void AddNote(const std::string& message);
  // Receives until `kind` comes; a failure of the first process is an error.
  Result<std::vector<UniqueFd>> Await(char kind);

  std::string name_;
  UniqueFd socket_;
  UniqueFd init_pidfd_;
  UniqueFd portion_pidfd_;
  pid_t portion_pid_ = -1;
  std::vector<std::string> notes_;
};

// How long the steps of starting may take before we give up.
inline constexpr int64_t kStartTimeoutMs = 30'000;

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_CONTAINER_H_
