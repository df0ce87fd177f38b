#include "executor/agent/portion_exec.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/keyctl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <vector>

#include "executor/agent/privileges.h"
#include "runtime/portion_abi.h"

namespace bailey::executor {
namespace {

// Above every number that a portion's descriptors have, below the usual limit.
constexpr int kTemporaryFd = 512;

// Of a credential that is a variable; the kernel's bound for one is twice that.
constexpr size_t kMaxVariableBytes = size_t{64} << 10;

// Where the error pipe stands until exec closes it.
constexpr int kErrorsFd = BAILEY_FIRST_FD - 1;

Result<> CloseRange(unsigned first, unsigned last) {
  if (first > last) return {};
  if (close_range(first, last, 0) != 0) {
    return FailErrno("cannot close descriptors");
  }
  return {};
}

Result<> CloseOthers(std::span<const PassedFd> kept) {
  std::vector<unsigned> numbers;
  for (const PassedFd& fd : kept) {
    numbers.push_back(static_cast<unsigned>(fd.to));
  }
  std::ranges::sort(numbers);
  unsigned next = 0;
  for (const unsigned number : numbers) {
    if (number > 0) RETURN_IF_ERROR(CloseRange(next, number - 1));
    next = number + 1;
  }
  return CloseRange(next, ~0u);
}

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  // SAFETY: execve does not write through its arrays.
  for (const std::string& text : strings) {
    pointers.push_back(const_cast<char*>(text.c_str()));
  }
  pointers.push_back(nullptr);
  return pointers;
}

Result<> WaitForGo(int go) {
  char byte = 0;
  ssize_t got = 0;
  do {
    got = read(go, &byte, 1);
  } while (got < 0 && errno == EINTR);
  if (got != 1) return Fail("the container was given up");
  return {};
}

// Ignored signals and the mask outlast exec: the program must not inherit what
// the launcher, or whoever started it, chose for itself.
void ResetSignals() {
  for (int number = 1; number < NSIG; ++number) {
    // Fails for SIGKILL, SIGSTOP and the C library's own, which need it not.
    (void)signal(number, SIG_DFL);
  }
  sigset_t none;
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, nullptr);
}

// "NAME=value": the bytes as they are. What is read here goes with exec.
Result<std::string> ReadVariable(const EnvironmentCredential& credential) {
  std::string text = credential.variable + "=";
  const size_t name_size = text.size();
  text.resize(name_size + kMaxVariableBytes + 1);
  const ssize_t got =
      pread(credential.from, text.data() + name_size, kMaxVariableBytes + 1, 0);
  if (got < 0) return FailErrno("cannot read a credential");
  text.resize(name_size + static_cast<size_t>(got));
  if (text.contains('\0') || static_cast<size_t>(got) > kMaxVariableBytes) {
    return Fail(
        fmt::format("the credential for `{}` is no value of a variable: it has "
                    "a NUL byte, or more than 64 KiB",
                    credential.variable));
  }
  return text;
}

Result<> EnterWorkingDirectory(const std::string& directory) {
  if (directory.empty() || chdir(directory.c_str()) == 0) return {};
  return FailErrno(fmt::format("cannot enter `{}`", directory));
}

// A session keyring outlasts fork, exec and namespaces: the caller's keys are
// not for a portion, nor one portion's for another. Where the kernel has none,
// or we may not ask for one, neither may a portion.
Result<> LeaveKeyring() {
  // SAFETY: without a name, a new anonymous keyring.
  if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) >= 0 ||
      errno == ENOSYS || errno == EPERM) {
    return {};
  }
  return FailErrno("cannot make a keyring of the portion's own", errno,
                   "see `kernel.keys.maxkeys`");
}

Result<> Exec(const ContainerSetup& setup, int go, int errors) {
  RETURN_IF_ERROR(DieWithParent());
  RETURN_IF_ERROR(WaitForGo(go));
  RETURN_IF_ERROR(EnterWorkingDirectory(setup.working_directory));
  std::vector<std::string> environment = setup.environment;
  for (const EnvironmentCredential& credential :
       setup.environment_credentials) {
    ASSIGN_OR_RETURN(std::string variable, ReadVariable(credential));
    environment.push_back(std::move(variable));
  }
  if (setsid() < 0) return FailErrno("cannot start a session");
  RETURN_IF_ERROR(LeaveKeyring());
  std::vector<PassedFd> descriptors = setup.descriptors;
  descriptors.push_back({errors, kErrorsFd});
  RETURN_IF_ERROR(PlaceDescriptors(descriptors));
  if (fcntl(kErrorsFd, F_SETFD, FD_CLOEXEC) != 0) {
    return FailErrno("cannot mark a descriptor");
  }
  RETURN_IF_ERROR(DropCapabilities());
  ResetSignals();
  const std::vector<char*> argv = Pointers(setup.arguments);
  const std::vector<char*> envp = Pointers(environment);
  // Last: this process, still the agent's size, may be over the limits.
  RETURN_IF_ERROR(LimitResources(setup.limits, setup.reserved));
  execve(setup.program.c_str(), argv.data(), envp.data());
  return FailErrno(fmt::format("cannot run `{}`", setup.program));
}

}  // namespace

Result<> PlaceDescriptors(std::span<const PassedFd> descriptors) {
  std::vector<int> copies;
  for (const PassedFd& fd : descriptors) {
    const int copy = fcntl(fd.from, F_DUPFD_CLOEXEC, kTemporaryFd);
    if (copy < 0) {
      return FailErrno("cannot copy a descriptor", errno,
                       "a container needs descriptors up to number 1023: raise "
                       "`ulimit -n`");
    }
    copies.push_back(copy);
  }
  for (size_t i = 0; i < copies.size(); ++i) {
    if (dup2(copies[i], descriptors[i].to) < 0) {
      return FailErrno("cannot place a descriptor");
    }
  }
  return CloseOthers(descriptors);
}

void ExecPortion(const ContainerSetup& setup, UniqueFd go, UniqueFd errors) {
  const int original = errors.get();
  const Result<> result = Exec(setup, go.Release(), errors.Release());
  const std::string& message = result.error().message;
  // Before the descriptors are placed it has its own number, afterwards this.
  if (write(kErrorsFd, message.data(), message.size()) < 0) {
    (void)!write(original, message.data(), message.size());
  }
  _exit(BAILEY_SETUP_FAILED);
}

}  // namespace bailey::executor
