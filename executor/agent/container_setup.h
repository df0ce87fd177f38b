// Everything that a container is made from. The agent fills it; the container's
// first process, a copy of the agent, reads its own copy.

#ifndef BAILEY_EXECUTOR_AGENT_CONTAINER_SETUP_H_
#define BAILEY_EXECUTOR_AGENT_CONTAINER_SETUP_H_

#include <cstdint>
#include <string>
#include <vector>

#include "common/documents/plan.h"
#include "executor/spec.h"

namespace bailey::executor {

// The id that a portion sees itself as. Never 0: programs take that for root.
inline constexpr uint32_t kPortionId = 1000;

// A descriptor of the agent's, and its number in the portion.
struct PassedFd {
  int from = -1;
  int to = -1;
};

// A credential that is a file: its bytes come from a sealed memory file and are
// copied by the kernel, never through a buffer of ours.
struct CredentialFile {
  std::string path;
  int from = -1;
};

// A credential that is a variable of a program without our runtime: its value
// comes with exec, and only the process that execs reads it.
struct EnvironmentCredential {
  std::string variable;
  int from = -1;  // a sealed memory file
};

// Where Unix sockets of the instance's programs lie (served_sockets.h).
struct SocketDirectory {
  std::string path;  // inside
  int from = -1;     // a mount that is attached nowhere
  bool serves = false;
};

// What a portion's runtime has of address space before the program's first
// instruction, beside what the policy limits.
struct ReservedSpace {
  uint64_t bytes = 0;
  uint64_t writable_bytes = 0;  // of them
};

struct ContainerSetup {
  std::string name;                      // the portion's, for messages
  std::string program;                   // path inside
  std::vector<std::string> arguments;    // argv, with argv[0]
  std::vector<std::string> environment;  // "NAME=value", usually none
  std::vector<SpecFile> files;
  int blobs_fd = -1;
  std::vector<CredentialFile> credential_files;
  // Where credentials lie that this portion is not given: no rule for a
  // directory may show the host's.
  std::vector<std::string> hidden_files;
  std::vector<EnvironmentCredential> environment_credentials;
  std::string working_directory;  // inside; empty: the root
  std::vector<SocketDirectory> socket_directories;
  std::vector<PlanFileRule> rules;
  std::vector<PlanRule> rule_texts;  // for messages about `rules`
  // Directories below which some portion of the plan may write: links there
  // are not the host's, and are not followed.
  std::vector<std::string> writable;
  std::vector<PassedFd> descriptors;
  // Of cgroups: a process enters by writing "0". The portion does before exec.
  std::vector<int> cgroup_entries;
  PlanLimits limits;
  ReservedSpace reserved;
  bool own_identity = false;
  // A program as it is: a rule shows the host's files, the program's own among
  // them, where a bundle's portion would see the bundle's alone.
  bool shows_host = false;
  // The runtime's descriptor for the Landlock ruleset is added by the first
  // process, which makes it; an audit's control has no runtime to install it.
  bool wants_landlock = true;
};

}  // namespace bailey::executor

#endif  // BAILEY_EXECUTOR_AGENT_CONTAINER_SETUP_H_
