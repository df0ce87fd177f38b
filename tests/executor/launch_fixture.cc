#include "tests/executor/launch_fixture.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "common/check.h"
#include "common/fd.h"

namespace bailey::executor {
namespace {

void BecomeOrdinary() {
  CHECK(setgroups(0, nullptr) == 0);
  CHECK(setresgid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) == 0);
  CHECK(setresuid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) == 0);
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
    read.Reset(ends[0]);
    write.Reset(ends[1]);
  }
  UniqueFd read;
  UniqueFd write;
};

// Both streams to their ends; `on_output` once, at the first byte.
void ReadBoth(int output, int error, Ran& ran,
              const std::function<void()>& on_output) {
  bool told = false;
  std::array<pollfd, 2> polled{{{output, POLLIN, 0}, {error, POLLIN, 0}}};
  std::array<std::string*, 2> texts{&ran.output, &ran.error};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    CHECK(poll(polled.data(), polled.size(), -1) >= 0);
    for (size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].fd < 0 || polled[i].revents == 0) continue;
      std::array<char, 4096> buffer;
      const ssize_t got = read(polled[i].fd, buffer.data(), buffer.size());
      if (got <= 0) {
        polled[i].fd = -1;
        continue;
      }
      texts[i]->append(buffer.data(), static_cast<size_t>(got));
      if (!told && on_output) on_output();
      told = true;
    }
  }
}

[[noreturn]] void ExecCommand(const std::vector<std::string>& command,
                              const RunSettings& settings, User user,
                              const std::array<int, 3>& streams) {
  if (user == User::kOrdinary) BecomeOrdinary();
  for (int i = 0; i < 3; ++i)
    CHECK(dup2(streams[static_cast<size_t>(i)], i) >= 0);
  if (settings.before_exec) settings.before_exec();
  std::vector<char*> argv;
  for (const std::string& word : command) {
    argv.push_back(const_cast<char*>(word.c_str()));
  }
  argv.push_back(nullptr);
  std::vector<char*> envp;
  for (const std::string& entry : settings.environment) {
    envp.push_back(const_cast<char*>(entry.c_str()));
  }
  envp.push_back(nullptr);
  execve(argv[0], argv.data(), envp.data());
  _exit(124);
}

// The parent of a process of the host's, or 0.
pid_t ParentOf(pid_t pid) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  std::string word;
  pid_t parent = 0;
  while (status >> word && word != "PPid:") continue;
  status >> parent;
  return parent;
}

}  // namespace

std::vector<pid_t> DescendantsOf(pid_t ancestor) {
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const pid_t pid = std::atoi(entry.path().filename().c_str());
    pid_t parent = pid;
    while (parent > 1 && parent != ancestor) parent = ParentOf(parent);
    if (pid != ancestor && parent == ancestor) found.push_back(pid);
  }
  return found;
}

std::string UserName(const testing::TestParamInfo<User>& info) {
  return info.param == User::kRoot ? "Root" : "Ordinary";
}

void LaunchTest::SetUp() {
  if (geteuid() != 0) {
    GTEST_SKIP() << "needs root, to run as root and as an ordinary user";
  }
  std::string pattern = testing::TempDir() + "bailey-launch-XXXXXX";
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  directory_ = pattern;
  // The build may lie where an ordinary user cannot go.
  for (const char* name :
       {"bailey-launch", "bailey-agent", "executor-probe-unsplit"}) {
    std::filesystem::copy_file(std::string(BAILEY_TEST_BINARIES) + "/" + name,
                               directory_ + "/" + name);
    ASSERT_EQ(chmod((directory_ + "/" + name).c_str(), 0755), 0);
  }
  WriteFileFor("key", std::string(kTestKey), 0400);
  if (user() == User::kOrdinary) {
    ASSERT_EQ(chown(directory_.c_str(), kOrdinaryUser, kOrdinaryUser), 0);
  }
  ASSERT_EQ(chmod(directory_.c_str(), 0755), 0);
}

void LaunchTest::TearDown() {
  if (!directory_.empty()) std::filesystem::remove_all(directory_);
}

std::string LaunchTest::WriteFileFor(const std::string& name,
                                     const std::string& bytes, mode_t mode) {
  const std::string path = directory_ + "/" + name;
  CHECK(WriteFileAtomically(path, bytes, mode).ok());
  if (user() == User::kOrdinary) {
    CHECK(chown(path.c_str(), kOrdinaryUser, kOrdinaryUser) == 0);
  }
  return path;
}

Ran LaunchTest::Run(const std::vector<std::string>& command,
                    const RunSettings& settings) {
  Ran ran;
  Pipe output;
  Pipe error;
  const std::string input = WriteFileFor("input", settings.input, 0644);
  const pid_t pid = fork();
  if (pid == 0) {
    const int in = open(input.c_str(), O_RDONLY);
    ExecCommand(command, settings, user(),
                {in, output.write.get(), error.write.get()});
  }
  CHECK(pid > 0);
  output.write.Reset();
  error.write.Reset();
  ReadBoth(output.read.get(), error.read.get(), ran, [&] {
    if (settings.while_running) settings.while_running(pid);
  });
  int status = 0;
  CHECK(waitpid(pid, &status, 0) == pid);
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return ran;
}

Ran LaunchTest::Launch(const std::string& bundle,
                       const std::vector<std::string>& arguments,
                       const RunSettings& settings) {
  const std::string outcome = directory_ + "/outcome.json";
  std::vector<std::string> command{directory_ + "/bailey-launch",
                                   WriteFileFor("probe.bailey", bundle, 0644),
                                   "--outcome", outcome};
  if (settings.key_is_there) {
    command.push_back("--credential");
    command.push_back("key=file:" + directory_ + "/key");
  }
  command.insert(command.end(), settings.options.begin(),
                 settings.options.end());
  command.push_back("--");
  command.insert(command.end(), arguments.begin(), arguments.end());
  std::filesystem::remove(outcome);
  Ran ran = Run(command, settings);
  auto text = ReadFile(outcome);
  if (text.ok()) {
    auto parsed = ParseOutcome(*text, "outcome.json");
    EXPECT_TRUE(parsed.ok()) << parsed.error().message;
    if (parsed.ok()) ran.outcome = *std::move(parsed);
  }
  return ran;
}

std::string LaunchTest::RunBare(const std::vector<std::string>& arguments,
                                const std::string& input) {
  RunSettings settings;
  settings.input = input;
  return RunBareWith(arguments, settings);
}

std::string LaunchTest::RunBareWith(const std::vector<std::string>& arguments,
                                    const RunSettings& settings) {
  std::vector<std::string> command{directory_ + "/executor-probe-unsplit"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return Run(command, settings).output;
}

}  // namespace bailey::executor
