#include "cli/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

#include "common/fd.h"

namespace bailey::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Shell(const std::string& script) {
  const Result<CapturedRun> run = CaptureProgram({"sh", "-c", script});
  EXPECT_TRUE(run.ok());
  return run.ok() ? run->output : "";
}

TEST(ProcessTest, PassesTheExitStatusOn) {
  EXPECT_EQ(RunProgram({"sh", "-c", "exit 3"}).value(), 3);
  EXPECT_EQ(RunProgram({"sh", "-c", "kill -9 $$"}).value(), 128 + 9);
}

TEST(ProcessTest, CapturesOutputBeyondAPipesSize) {
  EXPECT_EQ(Shell("head -c 300000 /dev/zero").size(), 300000u);
}

TEST(ProcessTest, AProgramThatIsMissingIsAnErrorThatNamesIt) {
  const Result<int> run = RunProgram({"/no/such/program"});
  ASSERT_FALSE(run.ok());
  EXPECT_THAT(run.error().message, HasSubstr("/no/such/program"));
}

// What links LLVM or Z3 must not see a credential.
TEST(ProcessTest, TheReducedEnvironmentHoldsNoCredential) {
  setenv("BAILEY_TEST_SECRET", "hunter2", 1);
  EXPECT_THAT(Shell("env"), Not(HasSubstr("hunter2")));
  EXPECT_THAT(Shell("env"), HasSubstr("PATH="));
  const Result<int> whole =
      RunProgram({"sh", "-c", "test \"$BAILEY_TEST_SECRET\" = hunter2"},
                 Environment::kWhole);
  EXPECT_EQ(whole.value(), 0);
  unsetenv("BAILEY_TEST_SECRET");
}

TEST(ProcessTest, DescriptorsAreNotInherited) {
  // Without close-on-exec, as a shell's `3<file` would leave it.
  const int fd = open("/etc/hostname", O_RDONLY);
  ASSERT_GE(fd, 3);
  EXPECT_EQ(Shell("test -e /proc/self/fd/" + std::to_string(fd) +
                  " && echo open || echo closed"),
            "closed\n");
  close(fd);
}

pid_t FirstChildOf(pid_t pid) {
  const std::string number = std::to_string(pid);
  const Result<std::string> children =
      ReadFile("/proc/" + number + "/task/" + number + "/children");
  return children.ok() ? std::atoi(children->c_str()) : 0;
}

// A stage has no sense without the command that it is a part of.
TEST(ProcessTest, AStageEndsWithWhoStartedIt) {
  const pid_t command = fork();
  if (command == 0) {
    (void)RunProgram({"sleep", "600"});
    _exit(0);
  }
  pid_t stage = 0;
  for (int tries = 0; tries < 5000 && stage == 0; ++tries) {
    usleep(1000);
    stage = FirstChildOf(command);
  }
  ASSERT_GT(stage, 0);
  kill(command, SIGKILL);
  waitpid(command, nullptr, 0);
  bool is_there = true;
  for (int tries = 0; tries < 5000 && is_there; ++tries) {
    usleep(1000);
    is_there = kill(stage, 0) == 0;
  }
  EXPECT_FALSE(is_there);
}

TEST(ProcessTest, SiblingsLieBesideThisProgram) {
  EXPECT_THAT(SiblingProgram("bailey-policy"),
              HasSubstr(std::string(BAILEY_BINARY_DIR)));
}

}  // namespace
}  // namespace bailey::cli
