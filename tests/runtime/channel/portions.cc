#include "tests/runtime/channel/portions.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace bailey {
namespace {

int MakeArea() {
  const int fd = memfd_create("area", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0 || ftruncate(fd, kAreaBytes) != 0 ||
      fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    std::abort();
  }
  return fd;
}

void* MapArea(int fd, int protection) {
  void* area = mmap(nullptr, kAreaBytes, protection, MAP_SHARED, fd, 0);
  if (area == MAP_FAILED) std::abort();
  return area;
}

std::string ReadToEnd(int fd) {
  std::string text;
  char bytes[512];
  ssize_t count;
  while ((count = read(fd, bytes, sizeof bytes)) > 0) {
    text.append(bytes, static_cast<size_t>(count));
  }
  return text;
}

}  // namespace

Areas::Areas() : client_fd_(MakeArea()), server_fd_(MakeArea()) {}

Areas::~Areas() {
  close(client_fd_);
  close(server_fd_);
}

void Areas::Attach(unsigned index, bailey_role role) const {
  const int own = role == BAILEY_CLIENT ? client_fd_ : server_fd_;
  const int peer = role == BAILEY_CLIENT ? server_fd_ : client_fd_;
  bailey_channel_attach(index, role, MapArea(own, PROT_READ | PROT_WRITE),
                        MapArea(peer, PROT_READ), kAreaBytes);
}

bailey_area_header* Areas::Map(bailey_role owner) const {
  return static_cast<bailey_area_header*>(
      MapArea(owner == BAILEY_CLIENT ? client_fd_ : server_fd_,
              PROT_READ | PROT_WRITE));
}

bool Ended::Exited(int code) const {
  return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

bool Ended::Aborted() const {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

Ended RunInChild(const std::function<int()>& body) {
  int errors[2];
  if (pipe(errors) != 0) std::abort();
  std::fflush(nullptr);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGABRT, SIG_DFL);
    dup2(errors[1], STDERR_FILENO);
    close(errors[0]);
    close(errors[1]);
    const int code = body();
    std::fflush(nullptr);
    _exit(code);
  }
  close(errors[1]);
  Ended ended;
  ended.errors = ReadToEnd(errors[0]);
  close(errors[0]);
  waitpid(pid, &ended.status, 0);
  return ended;
}

ServerProcess::ServerProcess(const Areas& areas,
                             std::vector<bailey_service> table) {
  std::fflush(nullptr);
  pid_ = fork();
  if (pid_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  areas.Attach(0, BAILEY_SERVER);
  bailey_serve(table.data(), table.size());
  _exit(1);
}

ServerProcess::~ServerProcess() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool ServerProcess::IsAlive() const {
  // Not reaped: a server that crashed would be there as a zombie.
  siginfo_t info = {};
  waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
  return info.si_pid == 0;
}

}  // namespace bailey
