// The program's standard streams, and what becomes of a run whose launcher is
// killed.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "common/fd.h"
#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;

class StreamsTest : public LaunchTest {};

TEST_P(StreamsTest, EveryStatusIsPassedOn) {
  TestPlan plan;
  const std::string bundle = plan.Bundle();
  for (const char* status :
       {"0", "1", "2", "125", "126", "127", "128", "255"}) {
    EXPECT_EQ(Launch(bundle, {"status", status}).exit_code, std::stoi(status));
  }
}

// A launcher started without standard streams must not have a credential or
// its own socket in their place.
TEST_P(StreamsTest, RunsWithStandardStreamsClosed) {
  TestPlan plan;
  RunSettings settings;
  for (int first : {0, 1, 2}) {
    SCOPED_TRACE(first);
    settings.before_exec = [first] { close_range(first, 2, 0); };
    const Ran ran = Launch(plan.Bundle(), {"complain", "1000"}, settings);
    EXPECT_EQ(ran.exit_code, 0);
    EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk) << ran.outcome.message;
  }
  settings.before_exec = [] { close(STDIN_FILENO); };
  EXPECT_EQ(Launch(plan.Bundle(), {"sign"}, settings).output, "");
}

TEST_P(StreamsTest, TheLaunchersSignalHandlingIsNotHandedDown) {
  TestPlan plan;
  RunSettings settings;
  settings.before_exec = [] {
    signal(SIGHUP, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, nullptr);
  };
  EXPECT_EQ(Launch(plan.Bundle(), {"signals"}, settings).output,
            "signals: ok\n");
}

TEST_P(StreamsTest, AReaderThatIsSlowGetsEverything) {
  TestPlan plan;
  RunSettings settings;
  // Many programs give their children pipes that do not block.
  settings.before_exec = [] { fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK); };
  settings.while_running = [](pid_t) { usleep(200'000); };
  const Ran ran = Launch(plan.Bundle(), {"flood", "3000000"}, settings);
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_EQ(ran.output.size(), 3'000'000u);
}

TEST_P(StreamsTest, OutputThatCannotBeWrittenIsAnError) {
  TestPlan plan;
  RunSettings settings;
  settings.before_exec = [] {
    dup2(open("/dev/full", O_WRONLY), STDOUT_FILENO);
  };
  const Ran ran = Launch(plan.Bundle(), {"flood", "10"}, settings);
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("cannot write the output"));
}

TEST_P(StreamsTest, InputThatIsNeverReadIsNoMatter) {
  TestPlan plan;
  RunSettings settings;
  settings.input = std::string(20'000'000, 'i');
  EXPECT_EQ(Launch(plan.Bundle(), {"status", "4"}, settings).exit_code, 4);
  EXPECT_EQ(Launch(plan.Bundle(), {"close-output"}, settings).exit_code, 3);
}

// What runs a program of this test's directory, or has its name as argument.
int RunningFrom(const std::string& directory) {
  int found = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::error_code error;
    const auto program =
        std::filesystem::read_symlink(entry.path() / "exe", error);
    const auto words = ReadFile(entry.path() / "cmdline");
    if ((!error && program.string().starts_with(directory)) ||
        (words.ok() && words->contains(directory))) {
      ++found;
    }
  }
  return found;
}

// At any moment of its life: the kernel takes the whole instance down.
TEST_P(StreamsTest, NothingOutlivesAKilledLauncher) {
  TestPlan plan;
  const std::string bundle = plan.Bundle();
  for (int i = 0; i < 12; ++i) {
    SCOPED_TRACE(i);
    RunSettings settings;
    settings.before_exec = [i] {
      // The launcher's own clock: it ends it after another time each round.
      const itimerval when{{0, 0}, {0, 1000 + i * 5000}};
      setitimer(ITIMER_REAL, &when, nullptr);  // SIGALRM's default ends it
    };
    const Ran ran = Launch(bundle, {"linger", directory()}, settings);
    EXPECT_EQ(ran.exit_code, -SIGALRM);
    int left = 1;
    for (int tries = 0; tries < 100 && left > 0; ++tries) {
      left = RunningFrom(directory());
      if (left > 0) usleep(10'000);
    }
    EXPECT_EQ(left, 0);
  }
}

// The launcher says so, and is the one to end then.
TEST_P(StreamsTest, AnAgentThatIsKilledIsAFailureOfOurs) {
  TestPlan plan;
  RunSettings settings;
  settings.while_running = [](pid_t launcher) {
    const std::string base = "/proc/" + std::to_string(launcher) + "/task/" +
                             std::to_string(launcher) + "/children";
    const auto children = ReadFile(base);
    ASSERT_TRUE(children.ok());
    kill(std::stoi(*children), SIGKILL);
  };
  const Ran ran = Launch(plan.Bundle(), {"linger", directory()}, settings);
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("the agent ended without an outcome"));
  EXPECT_EQ(RunningFrom(directory()), 0);
}

INSTANTIATE_TEST_SUITE_P(As, StreamsTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
