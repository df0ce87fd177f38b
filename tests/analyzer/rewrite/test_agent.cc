#include "tests/analyzer/rewrite/test_agent.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>

#include "common/fd.h"
#include "runtime/portion_abi.h"

namespace bailey::analyzer {
namespace {

constexpr size_t kAreaBytes = 65536;

std::string ReadToEnd(int fd) {
  std::string text;
  char bytes[4096];
  ssize_t count;
  while ((count = read(fd, bytes, sizeof bytes)) > 0) {
    text.append(bytes, static_cast<size_t>(count));
  }
  return text;
}

// Both outputs go to `out`.
pid_t Spawn(const std::vector<std::string>& command, const std::string& input,
            int out, const std::function<void()>& prepare) {
  const pid_t pid = fork();
  if (pid != 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(open(input.c_str(), O_RDONLY | O_CLOEXEC), STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  prepare();
  std::vector<char*> words;
  for (const std::string& word : command) {
    words.push_back(const_cast<char*>(word.c_str()));
  }
  words.push_back(nullptr);
  execvp(words[0], words.data());
  _exit(127);
}

UniqueFd MakeArea() {
  UniqueFd fd(memfd_create("area", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (ftruncate(fd.get(), kAreaBytes) != 0 ||
      fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
    std::abort();
  }
  return fd;
}

std::function<void()> AsPortion(const char* role, int own, int peer) {
  return [=] {
    dup2(own, BAILEY_CHANNEL_FD);
    dup2(peer, BAILEY_CHANNEL_FD + 1);
    setenv("BAILEY_TEST_ROLE", role, 1);
    setenv("BAILEY_TEST_AREA_BYTES", std::to_string(kAreaBytes).c_str(), 1);
  };
}

}  // namespace

ProgramOutput RunProgram(const std::vector<std::string>& command,
                         const std::string& directory,
                         const std::string& input) {
  int pipes[2];
  if (pipe2(pipes, O_CLOEXEC) != 0) std::abort();
  const pid_t pid = Spawn(command, input, pipes[1], [&] {
    if (chdir(directory.c_str()) != 0) _exit(126);
  });
  close(pipes[1]);
  ProgramOutput output;
  output.text = ReadToEnd(pipes[0]);
  close(pipes[0]);
  waitpid(pid, &output.status, 0);
  return output;
}

ProgramOutput RunPortions(const std::string& client, const std::string& server,
                          const std::vector<std::string>& arguments,
                          const std::string& input) {
  const UniqueFd client_area = MakeArea();
  const UniqueFd server_area = MakeArea();
  int pipes[2];
  if (pipe2(pipes, O_CLOEXEC) != 0) std::abort();
  const pid_t server_pid =
      Spawn({server}, "/dev/null", pipes[1],
            AsPortion("server", server_area.get(), client_area.get()));
  std::vector<std::string> command = {client};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const pid_t client_pid =
      Spawn(command, input, pipes[1],
            AsPortion("client", client_area.get(), server_area.get()));
  close(pipes[1]);
  ProgramOutput output;
  // As the agent does: where one portion ends, the other is ended.
  const pid_t first = waitpid(-1, &output.status, 0);
  if (first == server_pid) {
    kill(client_pid, SIGKILL);
    waitpid(client_pid, &output.status, 0);
  } else {
    kill(server_pid, SIGKILL);
    waitpid(server_pid, nullptr, 0);
  }
  output.text = ReadToEnd(pipes[0]);
  close(pipes[0]);
  output.last_reply.resize(kAreaBytes);
  if (pread(server_area.get(), output.last_reply.data(), kAreaBytes, 0) < 0) {
    std::abort();
  }
  return output;
}

}  // namespace bailey::analyzer
