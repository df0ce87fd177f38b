// under_filter FILTER PROGRAM [ARG…]: runs a program as it is under a raw
// seccomp filter (the struct sock_filter array that `bailey policy compile
// --emit bpf` writes), installed at the end of its execve.
//
// This process becomes the program, so that its number, its parent, its signals
// and its exit status are what they would be without the filter. A process that
// is nobody's child installs the filter and goes away. 125: no filter, no run;
// where the program was loaded already, it is killed. With --as NAME that is
// what the program sees as its own name.

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "common/fd.h"
#include "executor/inject/exec_filter.h"

namespace bailey::executor {
namespace {

constexpr int kOwnFailure = 125;
constexpr int kCannotExec = 127;

int PrintFailure(const Error& error) {
  fmt::print(stderr, "under_filter: {}\n", error.message);
  return kOwnFailure;
}

Result<BpfProgram> ReadFilter(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  if (bytes.empty() || bytes.size() % sizeof(sock_filter) != 0) {
    return Fail(fmt::format("`{}` is no array of instructions", path));
  }
  BpfProgram program(bytes.size() / sizeof(sock_filter));
  std::memcpy(program.data(), bytes.data(), bytes.size());
  RETURN_IF_ERROR(ValidateBpf(program));
  return program;
}

// In the process that is nobody's child.
Result<> InstallIn(pid_t program, const BpfProgram& filter, UniqueFd go) {
  ASSIGN_OR_RETURN(ExecFilter injection, ExecFilter::Attach(program));
  RETURN_IF_ERROR(WriteAll(go.get(), "g", "the program's pipe"));
  go.Reset();
  RETURN_IF_ERROR(injection.AwaitExec());
  RETURN_IF_ERROR(injection.Install(filter));
  return injection.Release();
}

// Forks twice, so that the program will have no child that it did not make.
Result<> StartInstaller(const BpfProgram& filter, UniqueFd go) {
  const pid_t program = getpid();
  const pid_t pid = fork();
  if (pid < 0) return FailErrno("cannot fork");
  if (pid == 0) {
    if (fork() != 0) _exit(0);
    const Result<> installed = InstallIn(program, filter, std::move(go));
    _exit(installed.ok() ? 0 : PrintFailure(installed.error()));
  }
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) continue;
  return {};
}

Result<> AwaitInstaller(int ready) {
  char byte = 0;
  ssize_t got = -1;
  do {
    got = read(ready, &byte, 1);
  } while (got < 0 && errno == EINTR);
  // Without it nobody would stop us behind the exec.
  if (got != 1) return Fail("nobody came to install the filter");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return FailErrno("cannot set no_new_privs");
  }
  return {};
}

Result<> BecomeTraced(const BpfProgram& filter) {
  // Where Yama restricts ptrace, only who is named may attach.
  (void)prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
  std::array<int, 2> go{};
  if (pipe2(go.data(), O_CLOEXEC) != 0) return FailErrno("cannot make a pipe");
  const UniqueFd ready(go[0]);
  RETURN_IF_ERROR(StartInstaller(filter, UniqueFd(go[1])));
  return AwaitInstaller(ready.get());
}

int Main(int argc, char** argv) {
  char* name = nullptr;
  if (argc > 2 && std::string_view(argv[1]) == "--as") {
    name = argv[2];
    argv += 2;
    argc -= 2;
  }
  if (argc < 3) {
    fmt::print(stderr,
               "usage: under_filter [--as NAME] FILTER PROGRAM [ARG...]\n");
    return kOwnFailure;
  }
  const auto filter = ReadFilter(argv[1]);
  if (!filter.ok()) return PrintFailure(filter.error());
  const Result<> traced = BecomeTraced(*filter);
  if (!traced.ok()) return PrintFailure(traced.error());
  const char* program = argv[2];
  if (name != nullptr) argv[2] = name;
  execvp(program, argv + 2);
  fmt::print(stderr, "under_filter: cannot run `{}`: {}\n", program,
             strerror(errno));
  return kCannotExec;
}

}  // namespace
}  // namespace bailey::executor

int main(int argc, char** argv) { return bailey::executor::Main(argc, argv); }
