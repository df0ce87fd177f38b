#include "cli/process.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

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

TEST(ProcessTest, SiblingsLieBesideThisProgram) {
  EXPECT_THAT(SiblingProgram("bailey-policy"),
              HasSubstr(std::string(BAILEY_BINARY_DIR)));
}

}  // namespace
}  // namespace bailey::cli
