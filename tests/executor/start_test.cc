// A split program runs, gets its credential as it expects it, and nothing else.

#include <gmock/gmock.h>
#include <sys/syscall.h>

#include <cerrno>

#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class StartTest : public LaunchTest {};

TEST_P(StartTest, RunsAndPassesTheStatusOn) {
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"status", "7"});
  EXPECT_EQ(ran.exit_code, 7) << ran.error;
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk);
  EXPECT_EQ(ran.outcome.status, 7);
  EXPECT_THAT(ran.error, HasSubstr("layers in force: user namespace"));
}

TEST_P(StartTest, PassesArguments) {
  TestPlan plan;
  const Ran ran =
      Launch(plan.Bundle(), {"arguments", "--strict", "a b", "", "\xff\xe4"});
  EXPECT_EQ(ran.output,
            "argument: --strict\nargument: a b\nargument: \n"
            "argument: \xff\xe4\n");
}

TEST_P(StartTest, CrossesToThePortionThatHasTheKeyFile) {
  TestPlan plan;
  RunSettings settings;
  settings.input = "one\ntwo\n";
  const Ran ran = Launch(plan.Bundle(), {"sign"}, settings);
  EXPECT_EQ(ran.exit_code, 0) << ran.error;
  // Without the key the sums are others.
  EXPECT_THAT(ran.output, HasSubstr(" one\n"));
  EXPECT_NE(ran.output, RunBare({"sign"}, "one\ntwo\n"));
  EXPECT_THAT(ran.outcome.denials, IsEmpty());
}

TEST_P(StartTest, AVariableGivesTheSameKeyAsAFile) {
  TestPlan with_file;
  TestPlan with_variable;
  with_variable.plan.credentials[0].source = CredentialSource::kEnvironment;
  with_variable.plan.credentials[0].variable = "PROBE_KEY";
  RunSettings settings;
  settings.input = "one\n";
  const Ran file = Launch(with_file.Bundle(), {"sign"}, settings);
  const Ran variable = Launch(with_variable.Bundle(), {"sign"}, settings);
  EXPECT_EQ(variable.exit_code, 0) << variable.error;
  EXPECT_EQ(variable.output, file.output);
  EXPECT_FALSE(file.output.empty());
}

TEST_P(StartTest, ADescriptorGivesTheSameKeyAsAFile) {
  TestPlan with_file;
  TestPlan with_descriptor;
  with_descriptor.plan.credentials[0].source = CredentialSource::kDescriptor;
  with_descriptor.plan.credentials[0].descriptor = 9;
  RunSettings settings;
  settings.input = "one\n";
  const Ran file = Launch(with_file.Bundle(), {"sign"}, settings);
  const Ran descriptor = Launch(with_descriptor.Bundle(), {"sign"}, settings);
  EXPECT_EQ(descriptor.exit_code, 0) << descriptor.error;
  EXPECT_EQ(descriptor.output, file.output);
}

TEST_P(StartTest, AVariableThatCannotHoldItsValueIsAnError) {
  WriteFileFor("key", std::string("before\0after", 12), 0600);
  TestPlan plan;
  plan.plan.credentials[0].source = CredentialSource::kEnvironment;
  plan.plan.credentials[0].variable = "PROBE_KEY";
  const Ran ran = Launch(plan.Bundle(), {"status", "0"});
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error,
              HasSubstr("`signer` failed at reading its credentials"));
}

TEST_P(StartTest, TheFilterCanCloseEverythingTheRuntimeUsed) {
  // After the sentinel nothing of the start is needed any more.
  TestPlan plan;
  FilterRules rules;
  for (const uint32_t number : {SYS_close_range, SYS_seccomp,
                                SYS_landlock_restrict_self, SYS_pread64}) {
    rules.denied[number] = {EPERM, 1};
  }
  plan.main().filters = MakeFilters(rules);
  EXPECT_EQ(Launch(plan.Bundle(), {"status", "5"}).exit_code, 5);
}

TEST_P(StartTest, NoFilterNoRun) {
  TestPlan plan;
  plan.main().filters[0].program.clear();
  const Ran ran = Launch(plan.Bundle(), {"status", "0"});
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("filter"));
}

TEST_P(StartTest, AFilterThatDoesNotNotifyTheSentinelIsRefused) {
  TestPlan plan;
  plan.main().filters[0].program = {BPF_STMT(BPF_RET | BPF_K, 0x7fff0000)};
  const Ran ran = Launch(plan.Bundle(), {"status", "0"});
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("portion `main`"));
}

TEST_P(StartTest, AMissingPathIsAnErrorThatNamesItsRule) {
  TestPlan plan;
  AddFileRule(plan.main(), "/no/such/path", false, false);
  const Ran ran = Launch(plan.Bundle(), {"status", "0"});
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("allow read \"/no/such/path\""));
  EXPECT_THAT(ran.error, HasSubstr("probe.policy:11"));
}

TEST_P(StartTest, AFileRuleShowsTheHostsFile) {
  TestPlan plan;
  const std::string path = WriteFileFor("shown", "x", 0644);
  AddFileRule(plan.main(), path, false, false);
  EXPECT_EQ(Launch(plan.Bundle(), {"open", path}).output, "open: ok\n");
  // Reading is not writing: the mount says so (EROFS), and Landlock (EACCES).
  EXPECT_THAT(Launch(plan.Bundle(), {"create", path}).output,
              testing::AnyOf("create: errno 13\n", "create: errno 30\n"));
}

TEST_P(StartTest, RootlessNamesTheIdentityAsAGap) {
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"status", "0"});
  const auto gap = testing::AllOf(Field(&Layer::name, "identities"),
                                  Field(&Layer::enforced, false));
  if (user() == User::kRoot) {
    EXPECT_THAT(ran.outcome.layers, Not(Contains(gap)));
  } else {
    EXPECT_THAT(ran.outcome.layers, Contains(gap));
  }
}

INSTANTIATE_TEST_SUITE_P(As, StartTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
