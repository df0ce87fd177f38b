// A credential that is the program's standard input: it goes to the portions
// that use it and to nobody else; and runs without one.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;

class InputCredentialTest : public LaunchTest {
 protected:
  InputCredentialTest() {
    plan_.plan.credentials[0].source = CredentialSource::kDescriptor;
    plan_.plan.credentials[0].descriptor = 0;
    settings_.key_is_there = false;
    settings_.input = std::string(kTestKey);
  }

  Ran Sign() { return Launch(plan_.Bundle(), {"sign-one", "text"}, settings_); }

  // The sum under the key, from a run in which it is a file.
  std::string SumUnderTheKey() {
    TestPlan with_file;
    return Launch(with_file.Bundle(), {"sign-one", "text"}).output.substr(0, 9);
  }

  TestPlan plan_;
  RunSettings settings_;
};

// Where no credential takes it, main reads its input: so the next test would
// see what main gets.
TEST_P(InputCredentialTest, OtherwiseMainHasTheInput) {
  TestPlan with_file;
  settings_.key_is_there = true;
  const Ran ran = Launch(with_file.Bundle(), {"sign-one", "text"}, settings_);
  EXPECT_THAT(ran.output, HasSubstr("input: " + std::string(kTestKey)));
}

TEST_P(InputCredentialTest, GoesToThePortionThatUsesItAlone) {
  const Ran ran = Sign();
  EXPECT_EQ(ran.exit_code, 0) << ran.error;
  EXPECT_EQ(ran.output, SumUnderTheKey() + "input: \n");
}

// From a directory's descriptor one walks to the host's files.
TEST_P(InputCredentialTest, IsNoDirectory) {
  settings_.before_exec = [] {
    dup2(open("/", O_RDONLY | O_DIRECTORY), STDIN_FILENO);
  };
  const Ran ran = Sign();
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("is a directory"));
}

// Main could read first: it must not even hold the descriptor.
TEST_P(InputCredentialTest, MainCannotTakeItBeforeTheSigner) {
  const Ran ran = Launch(plan_.Bundle(), {"sign"}, settings_);
  EXPECT_EQ(ran.exit_code, 0) << ran.error;
  EXPECT_EQ(ran.output, "");
}

TEST_P(InputCredentialTest, FromAnotherSourceItLeavesTheInputToMain) {
  const std::string key = WriteFileFor("typed", std::string(kTestKey), 0400);
  settings_.options = {"--credential", "key=file:" + key};
  settings_.input = "data";
  EXPECT_EQ(Sign().output, SumUnderTheKey() + "input: data\n");
}

TEST_P(InputCredentialTest, ARunWithoutItLeavesTheInputToMain) {
  settings_.options = {"--credential", "key=none"};
  settings_.input = "data";
  const Ran ran = Sign();
  EXPECT_THAT(ran.output, HasSubstr("input: data\n"));
  EXPECT_NE(ran.output.substr(0, 9), SumUnderTheKey());
}

TEST_P(InputCredentialTest, ARunWithoutAFileHasNoFile) {
  TestPlan with_file;
  // As a policy implies it: its path would be mounted from the host.
  AddFileRule(with_file.signer(), "/run/probe/key", false, false);
  settings_.options = {"--credential", "key=none"};
  settings_.input = "";
  const Ran ran = Launch(with_file.Bundle(), {"sign-one", "text"}, settings_);
  EXPECT_EQ(ran.exit_code, 0) << ran.error;
  EXPECT_NE(ran.output.substr(0, 9), SumUnderTheKey());
}

TEST_P(InputCredentialTest, AnAuditFindsItInTheUnsplitProgramOnly) {
  settings_.options = {"--audit"};
  const Ran ran = Sign();
  EXPECT_EQ(ran.exit_code, 0) << ran.error;
  EXPECT_EQ(ran.output, SumUnderTheKey() + "input: \n");
}

// What gives the key away is the auditor's to say.
TEST_P(InputCredentialTest, AnAuditLooksForOtherFormsToo) {
  const std::string form =
      WriteFileFor("form", "what main has in its memory: sign-one", 0444);
  settings_.options = {"--audit", "--audit-also", "key=file:" + form};
  const Ran absent = Sign();
  EXPECT_EQ(absent.exit_code, 1);
  EXPECT_THAT(absent.error, HasSubstr("did not find `key+1`"));
  WriteFileFor("form", "input-of-16-bytes", 0444);
  const Ran found =
      Launch(plan_.Bundle(), {"sign-one", "input-of-16-bytes"}, settings_);
  EXPECT_EQ(found.exit_code, 1);
  EXPECT_THAT(found.error, HasSubstr("found in a portion"));
}

INSTANTIATE_TEST_SUITE_P(As, InputCredentialTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
