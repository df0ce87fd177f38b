// bailey-agent: the first process of an instance. The launcher starts it in new
// namespaces with their socket as descriptor 3; it is of no use otherwise.

#include <fmt/format.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>

#include "executor/agent/instance.h"
#include "executor/agent/privileges.h"
#include "executor/wire.h"

namespace bailey::executor {
namespace {

constexpr int kLauncherSocket = 3;
constexpr rlimit kNoCore{0, 0};

// Our own PID namespace's /proc, seen by us alone.
Result<> MountOwnProc() {
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return FailErrno("cannot make the instance's mounts private");
  }
  if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
            nullptr) != 0) {
    return FailErrno("cannot mount the instance's /proc", errno,
                     "where /proc is partly hidden, as in some containers, the "
                     "kernel refuses a new one: run outside of it");
  }
  return {};
}

// A launcher that died before we asked to die with it sent no signal; its end
// of the socket is closed then.
Result<> DieWithLauncher() {
  RETURN_IF_ERROR(DieWithParent());
  pollfd entry{kLauncherSocket, 0, 0};
  if (poll(&entry, 1, 0) != 0) return Fail("the launcher has gone");
  return {};
}

// In an audit the agent holds credentials. 1, not 0: a core dump that goes to a
// program is refused for this limit only (core(5)).
Result<> ForbidCoreDumps() {
  const rlimit limit{1, 1};
  if (setrlimit(RLIMIT_CORE, &limit) != 0 &&
      setrlimit(RLIMIT_CORE, &kNoCore) != 0) {
    return FailErrno("cannot forbid core dumps");
  }
  return {};
}

// Whoever started us may have few descriptors by habit; up to the hard limit
// they are ours to take. Portions have a limit of their own.
void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

Result<Outcome> Serve() {
  RETURN_IF_ERROR(DieWithLauncher());
  RaiseDescriptorLimit();
  RETURN_IF_ERROR(ForbidCoreDumps());
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return FailErrno("cannot set no_new_privs");
  }
  RETURN_IF_ERROR(MountOwnProc());
  ASSIGN_OR_RETURN(Message message, ReceiveMessage(kLauncherSocket));
  if (message.closed) return Fail("the launcher has gone");
  if (message.bytes != kStartMessage ||
      message.descriptors.size() < kFirstCredentialFd) {
    return Fail("the launcher and the agent are of different versions",
                "install both from one build");
  }
  ASSIGN_OR_RETURN(const UniqueFd reader,
                   ReopenForReading(message.descriptors[kSpecFd].get()));
  ASSIGN_OR_RETURN(const std::string text, ReadAll(reader.get(), "instance"));
  ASSIGN_OR_RETURN(const InstanceSpec spec, ParseSpec(text));
  return RunInstance(spec, std::move(message.descriptors), kLauncherSocket);
}

Result<> Report(const Outcome& outcome) {
  ASSIGN_OR_RETURN(const UniqueFd document,
                   SealedMemory("bailey-outcome", WriteOutcome(outcome)));
  const std::array<int, 1> descriptors{document.get()};
  return SendMessage(kLauncherSocket, kOutcomeMessage, descriptors);
}

int Main() {
  const auto served = Serve();
  const Result<> reported =
      Report(served.ok() ? *served : FailedOutcome(served.error()));
  if (reported.ok()) return 0;
  fmt::print(stderr, "bailey-agent: {}\n", reported.error().message);
  return kExitOwnFailure;
}

}  // namespace
}  // namespace bailey::executor

int main() { return bailey::executor::Main(); }
