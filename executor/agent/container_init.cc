#include "executor/agent/container_init.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "executor/agent/portion_exec.h"
#include "executor/agent/privileges.h"
#include "executor/agent/rootfs.h"
#include "executor/process.h"
#include "executor/wire.h"
#include "runtime/portion_abi.h"

namespace bailey::executor {
namespace {

// Where the first process keeps what it has left.
constexpr int kSocketFd = 3;
constexpr int kGoFd = 4;
constexpr int kErrorsFd = 5;

struct Child {
  pid_t pid = -1;
  UniqueFd pidfd;
  UniqueFd go;      // a byte here lets it exec
  UniqueFd errors;  // closed by exec; else what went wrong
};

Result<> Expect(int socket, char kind) {
  ASSIGN_OR_RETURN(const Message message, ReceiveMessage(socket));
  if (message.closed || message.bytes.empty() || message.bytes[0] != kind) {
    return Fail("the agent gave the container up");
  }
  return {};
}

Result<> TakeIdentity(const ContainerSetup& setup) {
  // Rootless, setgroups is denied for the whole namespace: the caller's groups
  // stay, which the outcome names.
  if (setup.own_identity && setgroups(0, nullptr) != 0) {
    return FailErrno("cannot clear the supplementary groups");
  }
  if (setresgid(kPortionId, kPortionId, kPortionId) != 0 ||
      setresuid(kPortionId, kPortionId, kPortionId) != 0) {
    return FailErrno("cannot take the container's identity");
  }
  // The change of ids made us undumpable: so it stays.
  return DieWithParent();
}

// A user namespace of its own would give a portion capabilities in it, and with
// them the kernel's least tested paths. The limit is our namespace's own.
Result<> ForbidUserNamespaces() {
  const std::string path = "/proc/sys/user/max_user_namespaces";
  ASSIGN_OR_RETURN(const UniqueFd limit, OpenFile(path, O_WRONLY));
  return WriteAll(limit.get(), "0", path);
}

struct Prepared {
  std::optional<LandlockRuleset> landlock;
  std::vector<std::string> notes;
};

Result<Prepared> BuildContainer(const ContainerSetup& setup) {
  RETURN_IF_ERROR(TakeIdentity(setup));
  constexpr std::string_view kHostname = "bailey";
  if (sethostname(kHostname.data(), kHostname.size()) != 0) {
    return FailErrno("cannot set the host name");
  }
  RETURN_IF_ERROR(ForbidUserNamespaces());
  Prepared prepared;
  ASSIGN_OR_RETURN(Rootfs root, Rootfs::Build(setup));
  if (setup.wants_landlock && LandlockAbi() > 0) {
    ASSIGN_OR_RETURN(prepared.landlock, LandlockRuleset::Create());
    RETURN_IF_ERROR(root.AddLandlockRules(setup, *prepared.landlock));
  }
  RETURN_IF_ERROR(root.Enter());
  prepared.notes = root.notes();
  return prepared;
}

Result<std::pair<UniqueFd, UniqueFd>> Pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    return FailErrno("cannot make a pipe");
  return std::pair(UniqueFd(ends[0]), UniqueFd(ends[1]));
}

// Here and not in the first process, whose memory and number would count. The
// new namespace makes its own cgroups the top of what the portion is shown.
Result<> EnterCgroups(const std::vector<int>& entries) {
  for (const int entry : entries) {
    RETURN_IF_ERROR(WriteAll(entry, "0", "the portion's cgroup"));
  }
  if (!entries.empty() && unshare(CLONE_NEWCGROUP) != 0) {
    return FailErrno("cannot make the portion's cgroup namespace");
  }
  return {};
}

[[noreturn]] void RunPortion(const ContainerSetup& setup, UniqueFd go,
                             UniqueFd errors) {
  const Result<> entered = EnterCgroups(setup.cgroup_entries);
  if (entered.ok()) ExecPortion(setup, std::move(go), std::move(errors));
  (void)WriteAll(errors.get(), entered.error().message, "the portion's pipe");
  _exit(BAILEY_SETUP_FAILED);
}

Result<Child> StartPortion(ContainerSetup setup, const Prepared& prepared) {
  if (prepared.landlock) {
    setup.descriptors.push_back({prepared.landlock->fd(), BAILEY_LANDLOCK_FD});
  }
  ASSIGN_OR_RETURN(auto go, Pipe());
  ASSIGN_OR_RETURN(auto errors, Pipe());
  Child child;
  ASSIGN_OR_RETURN(child.pid, ForkInto(0, &child.pidfd));
  if (child.pid == 0) {
    go.second.Reset();
    errors.first.Reset();
    RunPortion(setup, std::move(go.first), std::move(errors.second));
  }
  child.go = std::move(go.second);
  child.errors = std::move(errors.first);
  return child;
}

// Everything but the socket and the child's pipes is closed; it keeps no
// capability, so that not even a flaw here would help a portion.
Result<> Settle(UniqueFd& socket, Child& child) {
  RETURN_IF_ERROR(DropCapabilities());
  child.pidfd.Reset();
  const std::vector<PassedFd> keep{{socket.get(), kSocketFd},
                                   {child.go.get(), kGoFd},
                                   {child.errors.get(), kErrorsFd}};
  RETURN_IF_ERROR(PlaceDescriptors(keep));
  // Their old numbers are closed, or are another's now.
  socket.Release();
  child.go.Release();
  child.errors.Release();
  return {};
}

Result<> LetItExec() {
  RETURN_IF_ERROR(Expect(kSocketFd, kInitGo));
  RETURN_IF_ERROR(WriteAll(kGoFd, "g", "the portion's pipe"));
  ASSIGN_OR_RETURN(const std::string error,
                   ReadAll(kErrorsFd, "the portion's pipe", kMaxMessageBytes));
  if (!error.empty()) return Fail(error);
  return {};
}

// A portion that stops itself has nobody who would let it go on, and whoever
// waits for it would wait for ever: so a stop ends at once. Said once, or a
// portion could flood us.
Result<> Continue(pid_t stopped, int signal, bool* told) {
  Result<> said;
  // Before it goes on: its answer could end the run before our word is read.
  if (!std::exchange(*told, true)) {
    said = SendMessage(
        kSocketFd,
        fmt::format("{}it was stopped by signal {} and let go on; a portion "
                    "cannot be stopped",
                    kInitNote, signal));
  }
  (void)kill(stopped, SIGCONT);
  return said;
}

// Waits until the portion ends; other children are orphans that came to us.
Result<int> Reap(pid_t portion) {
  for (bool told = false;;) {
    int status = 0;
    const pid_t changed = waitpid(-1, &status, WUNTRACED);
    if (changed < 0 && errno != EINTR) {
      return FailErrno("cannot wait for the portion");
    }
    if (changed > 0 && WIFSTOPPED(status)) {
      RETURN_IF_ERROR(Continue(changed, WSTOPSIG(status), &told));
    } else if (changed == portion) {
      return status;
    }
  }
}

Result<> Serve(const ContainerSetup& setup, UniqueFd socket) {
  RETURN_IF_ERROR(Expect(socket.get(), kInitMapped));
  ASSIGN_OR_RETURN(Prepared prepared, BuildContainer(setup));
  for (const std::string& note : prepared.notes) {
    RETURN_IF_ERROR(SendMessage(
        socket.get(), fmt::format("{}{}", kInitNote, note).substr(0, 4096)));
  }
  ASSIGN_OR_RETURN(Child child, StartPortion(setup, prepared));
  const std::array<int, 1> pidfd{child.pidfd.get()};
  RETURN_IF_ERROR(SendMessage(socket.get(), std::string(1, kInitReady), pidfd));
  prepared.landlock.reset();
  RETURN_IF_ERROR(Settle(socket, child));
  RETURN_IF_ERROR(LetItExec());
  RETURN_IF_ERROR(SendMessage(kSocketFd, std::string(1, kInitRunning)));
  ASSIGN_OR_RETURN(const int status, Reap(child.pid));
  std::string exited(1 + sizeof status, kInitExited);
  std::memcpy(exited.data() + 1, &status, sizeof status);
  return SendMessage(kSocketFd, exited);
}

}  // namespace

void RunContainerInit(const ContainerSetup& setup, UniqueFd socket) {
  const int original = socket.Release();
  const Result<> served = Serve(setup, UniqueFd(dup(original)));
  if (!served.ok()) {
    const std::string text = fmt::format(
        "{}{}\n{}", kInitFailed, served.error().message, served.error().hint);
    // Whichever number the socket has by now; the other is closed or foreign to
    // sendmsg. A failure is seen by the agent as the end of the socket.
    if (!SendMessage(original, text.substr(0, 4096)).ok()) {
      (void)SendMessage(kSocketFd, text.substr(0, 4096));
    }
  }
  _exit(served.ok() ? 0 : BAILEY_SETUP_FAILED);
}

}  // namespace bailey::executor
