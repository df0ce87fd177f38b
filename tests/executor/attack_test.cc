// One test an attack. Each is first shown to work without the layer (the same
// probe, run bare by the same user), then to fail in a portion whose filter
// allows everything: the other layers hold alone.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>

#include "common/fd.h"
#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;
using testing::Not;

class AttackTest : public LaunchTest {
 protected:
  Ran Attack(const std::vector<std::string>& arguments) {
    TestPlan plan;
    Ran ran = Launch(plan.Bundle(), arguments);
    EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk) << ran.error;
    return ran;
  }
};

TEST_P(AttackTest, OpenAHostFile) {
  const std::string path = WriteFileFor("secret", "x", 0644);
  EXPECT_EQ(RunBare({"open", path}), "open: ok\n");
  EXPECT_THAT(Attack({"open", path}).output, HasSubstr("open: errno"));
  EXPECT_THAT(Attack({"open", "/etc/shadow"}).output, HasSubstr("open: errno"));
  EXPECT_THAT(Attack({"open", "/etc/passwd"}).output, HasSubstr("open: errno"));
}

// A process without capabilities that is the host's user 0 could read this.
TEST_P(AttackTest, OpenAFileOfHostRootThroughARule) {
  if (user() != User::kRoot) {
    GTEST_SKIP() << "an ordinary user's containers have that user's id";
  }
  const std::string path = WriteFileFor("root-only", "x", 0600);
  EXPECT_EQ(RunBare({"open", path}), "open: ok\n");
  TestPlan plan;
  AddFileRule(plan.main(), path, false, false);
  EXPECT_EQ(Launch(plan.Bundle(), {"open", path}).output, "open: errno 13\n");
}

TEST_P(AttackTest, CreateAFile) {
  EXPECT_EQ(RunBare({"create", directory() + "/made"}), "create: ok\n");
  for (const char* path : {"/made", "/bin/made", "/run/made", "/tmp/made"}) {
    EXPECT_THAT(Attack({"create", path}).output, HasSubstr("create: errno"));
  }
}

TEST_P(AttackTest, WriteAProgramThatWasProved) {
  const std::string bare = directory() + "/mine";
  WriteFileFor("mine", "x", 0600);
  EXPECT_EQ(RunBare({"create", bare}), "create: ok\n");
  EXPECT_THAT(Attack({"create", "/bin/probe"}).output,
              HasSubstr("create: errno"));
}

TEST_P(AttackTest, OpenTheKeyFileInTheOtherContainer) {
  const std::string key = directory() + "/key";
  EXPECT_EQ(RunBare({"open", key}), "open: ok\n");
  EXPECT_THAT(Attack({"open", key}).output, HasSubstr("open: errno"));
  EXPECT_THAT(Attack({"open", "/run/probe/key"}).output,
              HasSubstr("open: errno"));
}

// A rule of the attacker's portion must not show the file that the run's key
// was given from, by that name or another.
TEST_P(AttackTest, OpenTheKeysFileThroughARule) {
  const std::string key = directory() + "/key";
  TestPlan plan;
  AddFileRule(plan.main(), directory(), true, false);
  const Ran ran = Launch(plan.Bundle(), {"open", key});
  EXPECT_EQ(ran.output, "");
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("a file rule of portion `main` shows"));
}

TEST_P(AttackTest, OpenAnotherNameOfTheKeysFileThroughARule) {
  const std::string folder = directory() + "/shown";
  std::filesystem::create_directory(folder);
  const std::string other = folder + "/other";
  ASSERT_EQ(link((directory() + "/key").c_str(), other.c_str()), 0);
  EXPECT_EQ(RunBare({"open", other}), "open: ok\n");
  TestPlan plan;
  AddFileRule(plan.main(), folder, true, false);
  const Ran ran = Launch(plan.Bundle(), {"open", other});
  EXPECT_EQ(ran.output, "");
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("has 2 names"));
}

// A process of the host's that the attacker's own user may signal.
class Bystander {
 public:
  explicit Bystander(User user) {
    std::array<int, 2> ready{};
    EXPECT_EQ(pipe2(ready.data(), O_CLOEXEC), 0);
    pid_ = fork();
    if (pid_ == 0) Wait(user, ready[1]);
    close(ready[1]);
    char byte = 0;
    EXPECT_EQ(read(ready[0], &byte, 1), 1);
    close(ready[0]);
  }
  Bystander(const Bystander&) = delete;
  Bystander& operator=(const Bystander&) = delete;
  ~Bystander() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  std::string pid() const { return std::to_string(pid_); }

 private:
  // Says that it is who it is to be.
  [[noreturn]] static void Wait(User user, int ready) {
    if (user == User::kOrdinary &&
        setresuid(kOrdinaryUser, kOrdinaryUser, kOrdinaryUser) != 0) {
      _exit(1);
    }
    if (write(ready, "r", 1) != 1) _exit(1);
    for (;;) pause();
  }

  pid_t pid_ = -1;
};

// 1 is the container's own first process.
TEST_P(AttackTest, SignalAndTraceOthers) {
  const Bystander other(user());
  EXPECT_EQ(RunBare({"kill", other.pid()}), "kill: ok\n");
  EXPECT_EQ(Attack({"kill", other.pid()}).output, "kill: errno 3\n");
  EXPECT_EQ(RunBare({"ptrace-child"}), "ptrace: ok\n");
  EXPECT_THAT(Attack({"ptrace", "1"}).output, HasSubstr("ptrace: errno"));
}

// The peer is in another PID namespace: no number names it. All that a portion
// can see is the first process and itself.
TEST_P(AttackTest, FindThePeerByItsNumber) {
  for (int pid = 3; pid < 12; ++pid) {
    EXPECT_EQ(Attack({"ptrace", std::to_string(pid)}).output,
              "ptrace: errno 3\n");
  }
}

TEST_P(AttackTest, ConnectToTheHostsLoopback) {
  const UniqueFd server(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  ASSERT_EQ(bind(server.get(), generic, size), 0);
  ASSERT_EQ(listen(server.get(), 4), 0);
  ASSERT_EQ(getsockname(server.get(), generic, &size), 0);
  const std::string port = std::to_string(ntohs(address.sin_port));
  EXPECT_EQ(RunBare({"tcp", port}), "tcp: ok\n");
  EXPECT_THAT(Attack({"tcp", port}).output, HasSubstr("tcp: errno"));
}

TEST_P(AttackTest, ConnectToAnAbstractSocket) {
  const std::string name = "bailey-test-" + std::to_string(getpid());
  const UniqueFd server(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size =
      static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  ASSERT_EQ(bind(server.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(server.get(), 4), 0);
  EXPECT_EQ(RunBare({"abstract", name}), "abstract: ok\n");
  EXPECT_EQ(Attack({"abstract", name}).output, "abstract: errno 111\n");
}

TEST_P(AttackTest, SeeHostProcesses) {
  EXPECT_EQ(RunBare({"open", "/proc/self/status"}), "open: ok\n");
  EXPECT_THAT(Attack({"open", "/proc/self/status"}).output,
              HasSubstr("open: errno"));
}

TEST_P(AttackTest, BecomeRoot) {
  if (user() == User::kRoot) {
    EXPECT_EQ(RunBare({"setuid"}), "setuid: ok\n");
  }
  EXPECT_THAT(Attack({"setuid"}).output, HasSubstr("setuid: errno"));
  EXPECT_EQ(Attack({"identity"}).output, "identity: 1000 1000\n");
}

// By a program of root's that anybody may become root with, and that a rule
// lets the portion run.
TEST_P(AttackTest, BecomeRootByASetuidProgram) {
  const std::string program = directory() + "/become-root";
  std::filesystem::copy_file(directory() + "/executor-probe-unsplit", program);
  ASSERT_EQ(chown(program.c_str(), 0, 0), 0);
  ASSERT_EQ(chmod(program.c_str(), 04755), 0);
  EXPECT_EQ(RunBare({"run", program, "setuid"}), "setuid: ok\n");
  TestPlan plan;
  AddFileRule(plan.main(), program, false, false);
  plan.main().files.back().execute = true;
  AddFileRule(plan.main(), "/lib64/ld-linux-x86-64.so.2", false, false);
  plan.main().files.back().execute = true;
  const std::string bundle = plan.Bundle();
  EXPECT_THAT(Launch(bundle, {"run", program, "setuid"}).output,
              HasSubstr("setuid: errno"));
  EXPECT_EQ(Launch(bundle, {"run", program, "capabilities"}).output,
            "capabilities: 00 0\n");
}

TEST_P(AttackTest, HaveOrGainCapabilities) {
  EXPECT_NE(RunBare({"capabilities"}), "capabilities: 00 0\n");
  EXPECT_EQ(Attack({"capabilities"}).output, "capabilities: 00 0\n");
}

TEST_P(AttackTest, MakeAUserNamespace) {
  EXPECT_EQ(RunBare({"unshare"}), "unshare: ok\n");
  EXPECT_EQ(Attack({"unshare"}).output, "unshare: errno 28\n");  // ENOSPC
}

TEST_P(AttackTest, Mount) {
  EXPECT_EQ(RunBare({"mount"}), "mount: ok\n");
  EXPECT_EQ(Attack({"mount"}).output, "mount: errno 1\n");
}

TEST_P(AttackTest, FindTheListener) {
  EXPECT_THAT(RunBare({"own-listener"}),
              testing::MatchesRegex("listener: [0-9]+\n"));
  EXPECT_EQ(Attack({"listener"}).output, "listener: none\n");
}

TEST_P(AttackTest, InheritDescriptors) {
  RunSettings settings;
  // What a careless caller leaves open, at a number without close-on-exec.
  settings.before_exec = [] { dup2(0, 77); };
  EXPECT_THAT(RunBareWith({"descriptors"}, settings),
              HasSubstr("descriptor: 77\n"));
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"descriptors"}, settings);
  // 3 is /dev/null, where the filter's listener was.
  EXPECT_EQ(ran.output,
            "descriptor: 0\ndescriptor: 1\ndescriptor: 2\ndescriptor: 3\n");
}

TEST_P(AttackTest, InheritTheEnvironment) {
  RunSettings settings;
  settings.environment = {"SECRET=1", "LD_LIBRARY_PATH=/no/such"};
  EXPECT_THAT(RunBareWith({"environment"}, settings),
              HasSubstr("environment: SECRET=1\n"));
  TestPlan plan;
  EXPECT_EQ(Launch(plan.Bundle(), {"environment"}, settings).output, "");
}

TEST_P(AttackTest, MakeThePeersAreaWritable) {
  // What the kernel's seal refuses is otherwise allowed.
  EXPECT_EQ(RunBare({"write-peer"}), "peer's area: ok\n");
  EXPECT_EQ(Attack({"write-peer"}).output,
            "own area: ok\npeer's area: errno 13\n");
}

TEST_P(AttackTest, DumpCore) {
  EXPECT_EQ(Attack({"dumpable"}).output, "dumpable: 0\n");
  EXPECT_THAT(Attack({"limits"}).output, HasSubstr("core: 0\n"));
}

// Everything in the instance dies with a launcher that is killed.
TEST_P(AttackTest, OutliveTheLauncher) {
  std::vector<pid_t> during;
  RunSettings settings;
  settings.while_running = [&](pid_t launcher) {
    during = DescendantsOf(launcher);
    kill(launcher, SIGKILL);
  };
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"linger"}, settings);
  EXPECT_EQ(ran.exit_code, -SIGKILL);
  // The agent, two first processes, the signer, main and what it started.
  EXPECT_GE(during.size(), 6u);
  const auto alive = [](pid_t pid) { return kill(pid, 0) == 0; };
  // Ends as soon as the kernel has taken the namespace down.
  for (int tries = 0; tries < 1000 && std::ranges::any_of(during, alive);
       ++tries) {
    usleep(10'000);
  }
  EXPECT_TRUE(std::ranges::none_of(during, alive));
}

INSTANTIATE_TEST_SUITE_P(As, AttackTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
