// The agent as the launcher holds it: the first process of the instance's new
// namespaces, and the socket to it.
//
//   ASSIGN_OR_RETURN(AgentProcess agent, AgentProcess::Start(agent_path));
//   RETURN_IF_ERROR(SendMessage(agent.socket(), kStartMessage, descriptors));

#ifndef BAILEY_EXECUTOR_LAUNCH_AGENT_PROCESS_H_
#define BAILEY_EXECUTOR_LAUNCH_AGENT_PROCESS_H_

#include <sys/types.h>

#include <string>

#include "common/fd.h"
#include "common/result.h"

namespace bailey::executor {

// The agent beside our own program.
Result<std::string> DefaultAgentPath();

class AgentProcess {
 public:
  // As root the instance gets a range of host ids of its own; else the caller's
  // id is all it has.
  static Result<AgentProcess> Start(const std::string& agent_path);

  AgentProcess(AgentProcess&&) = default;
  AgentProcess& operator=(AgentProcess&&) = delete;
  // Kills and reaps it, and with it everything in the instance.
  ~AgentProcess();

  int socket() const { return socket_.get(); }
  bool own_identities() const { return own_identities_; }
  void Kill();
  // Waits for its end; needed once, after its outcome has come.
  void Reap();

 private:
  AgentProcess() = default;

  pid_t pid_ = -1;
  UniqueFd pidfd_;
  UniqueFd socket_;
  bool own_identities_ = false;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_LAUNCH_AGENT_PROCESS_H_
