#include "executor/launch/agent_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <sstream>

#include "executor/process.h"
#include "executor/spec.h"
#include "executor/wire.h"

namespace bailey::executor {
namespace {

// Host ids of instances: above every range that distributions hand out
// (/etc/login.defs, /etc/subuid, systemd's up to 0x6fffffff), below 2^31. A
// process id is below 2^22 (PID_MAX_LIMIT), so instances at one time differ.
constexpr uint32_t kFirstHostId = 0x70000000;

constexpr int kAgentSocket = 3;
constexpr int kAgentProgram = 4;

// Whether our own user namespace has the ids from `first` on.
Result<bool> HasHostIds(const std::string& map_path, uint32_t first) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(map_path));
  std::istringstream lines(text);
  uint64_t inside = 0;
  uint64_t outside = 0;
  uint64_t count = 0;
  while (lines >> inside >> outside >> count) {
    if (inside <= first && first + kIdentitiesPerInstance <= inside + count) {
      return true;
    }
  }
  return false;
}

struct Identity {
  IdRange uids;
  IdRange gids;
  bool own = false;
};

Result<Identity> ChooseIdentity(pid_t pid) {
  if (geteuid() != 0) {
    return Identity{{0, geteuid(), 1}, {0, getegid(), 1}, false};
  }
  const uint32_t first =
      kFirstHostId + static_cast<uint32_t>(pid) * kIdentitiesPerInstance;
  for (const char* map : {"/proc/self/uid_map", "/proc/self/gid_map"}) {
    ASSIGN_OR_RETURN(const bool there, HasHostIds(map, first));
    if (there) continue;
    return Fail(fmt::format("root has no user ids from {} on here, and a "
                            "container never runs as root",
                            first),
                "run as an ordinary user instead");
  }
  const IdRange range{0, first, kIdentitiesPerInstance};
  return Identity{range, range, true};
}

// In the child: nothing but the agent's own descriptors, no environment.
Result<> ExecAgent(UniqueFd socket, const UniqueFd& program, bool own) {
  ASSIGN_OR_RETURN(const Message go, ReceiveMessage(socket.get()));
  if (go.closed) return Fail("the launcher has gone");
  if (own && (setgroups(0, nullptr) != 0 || setresgid(0, 0, 0) != 0 ||
              setresuid(0, 0, 0) != 0)) {
    return FailErrno("cannot take the instance's identity");
  }
  ASSIGN_OR_RETURN(const UniqueFd null, OpenFile("/dev/null", O_RDWR));
  // Copies above the numbers that are overwritten.
  const int sock = fcntl(socket.get(), F_DUPFD_CLOEXEC, 10);
  const int prog = fcntl(program.get(), F_DUPFD_CLOEXEC, 10);
  if (dup2(null.get(), STDIN_FILENO) < 0 ||
      dup2(null.get(), STDOUT_FILENO) < 0 || dup2(sock, kAgentSocket) < 0 ||
      dup3(prog, kAgentProgram, O_CLOEXEC) < 0 ||
      close_range(kAgentProgram + 1, ~0u, 0) != 0) {
    return FailErrno("cannot place the agent's descriptors");
  }
  std::array<char, 13> name{"bailey-agent"};
  std::array<char*, 2> argv{name.data(), nullptr};
  std::array<char*, 1> envp{nullptr};
  fexecve(kAgentProgram, argv.data(), envp.data());
  return FailErrno("cannot run the agent", errno,
                   "its file must be readable and executable for everybody");
}

}  // namespace

Result<std::string> DefaultAgentPath() {
  std::array<char, 4096> target{};
  const ssize_t size = readlink("/proc/self/exe", target.data(), target.size());
  if (size <= 0) return FailErrno("cannot find our own program");
  const std::string self(target.data(), static_cast<size_t>(size));
  return self.substr(0, self.rfind('/')) + "/bailey-agent";
}

Result<AgentProcess> AgentProcess::Start(const std::string& agent_path) {
  auto program = OpenFile(agent_path, O_RDONLY);
  if (!program.ok()) {
    return Fail(program.error().message,
                "bailey-agent belongs beside bailey-launch");
  }
  ASSIGN_OR_RETURN(const Identity identity, ChooseIdentity(getpid()));
  ASSIGN_OR_RETURN(auto sockets, PacketPair());
  AgentProcess agent;
  ASSIGN_OR_RETURN(agent.pid_, ForkInto(kAllNamespaces, &agent.pidfd_));
  if (agent.pid_ == 0) {
    sockets.first.Reset();
    const Result<> failed =
        ExecAgent(std::move(sockets.second), *program, identity.own);
    const std::string text =
        fmt::format("bailey-launch: {}\n", failed.error().message);
    (void)!write(STDERR_FILENO, text.data(), text.size());
    _exit(125);
  }
  agent.own_identities_ = identity.own;
  agent.socket_ = std::move(sockets.first);
  RETURN_IF_ERROR(WriteIdMaps(agent.pid_, identity.uids, identity.gids,
                              /*deny_setgroups=*/!identity.own));
  RETURN_IF_ERROR(SendMessage(agent.socket_.get(), "mapped"));
  return agent;
}

AgentProcess::~AgentProcess() {
  Kill();
  Reap();
}

void AgentProcess::Kill() { KillByPidfd(pidfd_.get()); }

void AgentProcess::Reap() {
  if (pid_ <= 0 || !pidfd_.valid()) return;
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) continue;
  pidfd_.Reset();
}

}  // namespace bailey::executor
