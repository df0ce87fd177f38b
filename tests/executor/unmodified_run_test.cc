// A program as it is, under a plan: it runs, gets its credential, and can do
// nothing that its rules do not let it do. The same program bare is the
// control.

#include <gmock/gmock.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class UnmodifiedTest : public LaunchTest {
 protected:
  // The unsplit probe, alone; its filter allows everything but `rules`.
  static TestPlan Plan(const FilterRules& rules = {}) {
    TestPlan plan;
    plan.plan.portions.pop_back();
    plan.plan.crossings.clear();
    plan.plan.credentials.clear();
    plan.main().unmodified = true;
    plan.main().filters = MakeFilters(rules);
    plan.main_program = "executor-probe-unsplit";
    return plan;
  }

  Ran Start(const TestPlan& plan, const std::vector<std::string>& arguments,
            RunSettings settings = {}) {
    settings.key_is_there = !plan.plan.credentials.empty();
    return Launch(plan.Bundle(), arguments, settings);
  }
};

TEST_P(UnmodifiedTest, RunsAndPassesTheStatusOn) {
  const Ran ran = Start(Plan(), {"status", "7"});
  EXPECT_EQ(ran.exit_code, 7) << ran.error;
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk);
}

TEST_P(UnmodifiedTest, PassesArgumentsAndVariables) {
  RunSettings settings;
  settings.options = {"--env", "PROBE=given"};
  EXPECT_EQ(Start(Plan(), {"arguments", "a b", "", "\xff"}).output,
            "argument: a b\nargument: \nargument: \xff\n");
  EXPECT_THAT(Start(Plan(), {"environment"}, settings).output,
              HasSubstr("PROBE=given"));
}

TEST_P(UnmodifiedTest, ADenialIsAnsweredAndRecordedWithItsRule) {
  FilterRules rules;
  rules.denied[SYS_setresuid] = {EDOM, 3};
  TestPlan plan = Plan(rules);
  plan.main().rules.push_back({3, "deny syscall setresuid", "p.policy", 9});
  const Ran ran = Start(plan, {"setuid"});
  EXPECT_EQ(ran.output, "setuid: errno 33\n");
  ASSERT_THAT(ran.outcome.denials, testing::SizeIs(1)) << ran.error;
  EXPECT_EQ(ran.outcome.denials[0].action, "errno EDOM");
  EXPECT_EQ(ran.outcome.denials[0].rule.line, 9);
  EXPECT_THAT(ran.error, HasSubstr("by `deny syscall setresuid` (p.policy:9)"));
}

TEST_P(UnmodifiedTest, AKillKillsAndIsRecorded) {
  FilterRules rules;
  rules.denied[SYS_setresuid] = {0, 3};
  const Ran ran = Start(Plan(rules), {"setuid"});
  EXPECT_EQ(ran.exit_code, 126) << ran.error;
  EXPECT_THAT(ran.outcome.denials,
              ElementsAre(Field(&Denial::action, "kill_process")));
}

TEST_P(UnmodifiedTest, OpensAHostFileOnlyByARule) {
  const std::string path = WriteFileFor("secret", "x", 0644);
  EXPECT_EQ(RunBare({"open", path}), "open: ok\n");
  FilterRules rules;
  rules.observed = {SYS_openat};
  TestPlan plan = Plan(rules);
  const Ran ran = Start(plan, {"open", path});
  EXPECT_THAT(ran.output, HasSubstr("open: errno"));
  const auto denied = Contains(Field(&Denial::path, testing::StrEq(path)));
  EXPECT_THAT(ran.outcome.denials, denied);
  // A library that the loader looks for in several places is not denied.
  EXPECT_THAT(ran.outcome.denials,
              Not(Contains(Field(&Denial::path, HasSubstr("libc.so")))));
  AddFileRule(plan.main(), path, false, false);
  const Ran allowed = Start(plan, {"open", path});
  EXPECT_EQ(allowed.output, "open: ok\n") << allowed.error;
  EXPECT_THAT(allowed.outcome.denials, Not(denied));
}

// 1 is the container's own first process.
TEST_P(UnmodifiedTest, TracesNoneButItsOwnChildren) {
  EXPECT_EQ(RunBare({"ptrace-child"}), "ptrace: ok\n");
  EXPECT_THAT(Start(Plan(), {"ptrace", "1"}).output,
              HasSubstr("ptrace: errno"));
}

TEST_P(UnmodifiedTest, FindsNoListener) {
  EXPECT_THAT(RunBare({"own-listener"}),
              testing::MatchesRegex("listener: [0-9]+\n"));
  EXPECT_EQ(Start(Plan(), {"listener"}).output, "listener: none\n");
}

TEST_P(UnmodifiedTest, HasNoDescriptorThatItWasNotGiven) {
  EXPECT_EQ(Start(Plan(), {"descriptors"}).output,
            "descriptor: 0\ndescriptor: 1\ndescriptor: 2\n");
}

// Landlock is installed after the exec that starts it, and has no right for it.
TEST_P(UnmodifiedTest, ExecsNothingWithoutARuleItselfIncluded) {
  EXPECT_EQ(Start(Plan(), {"run-itself"}).output, "exec: errno 13\n");
  TestPlan plan = Plan();
  for (const char* path : {"/bin/probe", "/lib64/ld-linux-x86-64.so.2"}) {
    AddFileRule(plan.main(), path, false, false);
    plan.main().files.back().execute = true;
  }
  const Ran control = Start(plan, {"run-itself"});
  EXPECT_EQ(control.output, "") << control.error;
  EXPECT_EQ(control.exit_code, 0);
}

TEST_P(UnmodifiedTest, GainsNothing) {
  EXPECT_THAT(Start(Plan(), {"setuid"}).output, HasSubstr("setuid: errno"));
  EXPECT_THAT(Start(Plan(), {"unshare"}).output, HasSubstr("unshare: errno"));
  EXPECT_THAT(Start(Plan(), {"mount"}).output, HasSubstr("mount: errno"));
  EXPECT_THAT(Start(Plan(), {"capabilities"}).output,
              HasSubstr("capabilities: 00 0"));
}

TEST_P(UnmodifiedTest, ANotifiedCloseIsNoHindrance) {
  FilterRules rules;
  rules.logged = {SYS_close};
  const Ran ran = Start(Plan(rules), {"status", "5"});
  EXPECT_EQ(ran.exit_code, 5) << ran.error;
  EXPECT_EQ(Start(Plan(rules), {"listener"}).output, "listener: none\n");
}

class UnmodifiedCredentialTest : public UnmodifiedTest {
 protected:
  static TestPlan PlanWith(const PlanCredential& key) {
    TestPlan plan = Plan();
    plan.plan.credentials.push_back(key);
    plan.main().credentials = {key.name};
    return plan;
  }

  std::string Sign(const PlanCredential& key) {
    RunSettings settings;
    settings.input = "one\n";
    const Ran ran = Start(PlanWith(key), {"sign"}, settings);
    EXPECT_EQ(ran.exit_code, 0) << ran.error;
    return ran.output;
  }
};

TEST_P(UnmodifiedCredentialTest, ComesWhereTheProgramExpectsIt) {
  PlanCredential file;
  file.name = "key";
  file.source = CredentialSource::kFile;
  file.path = "/run/probe/key";
  PlanCredential variable = file;
  variable.source = CredentialSource::kEnvironment;
  variable.path.clear();
  variable.variable = "PROBE_KEY";
  PlanCredential descriptor = file;
  descriptor.source = CredentialSource::kDescriptor;
  descriptor.path.clear();
  descriptor.descriptor = 9;
  const std::string signature = Sign(file);
  EXPECT_NE(signature, RunBare({"sign"}, "one\n"));
  EXPECT_EQ(Sign(variable), signature);
  EXPECT_EQ(Sign(descriptor), signature);
}

TEST_P(UnmodifiedCredentialTest, AVariableThatCannotHoldItIsAnError) {
  WriteFileFor("key", std::string("before\0after", 12), 0600);
  PlanCredential key;
  key.name = "key";
  key.source = CredentialSource::kEnvironment;
  key.variable = "PROBE_KEY";
  const Ran ran = Start(PlanWith(key), {"status", "0"});
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("PROBE_KEY"));
}

// A rule shows the directory of the credential's usual place, where the host's
// own lies: the program gets what it was given, and where that is nothing,
// nothing.
TEST_P(UnmodifiedCredentialTest, ARuleForItsDirectoryDoesNotShowTheHosts) {
  PlanCredential key;
  key.name = "key";
  key.source = CredentialSource::kFile;
  key.path = WriteFileFor("usual", "the host's", 0644);
  TestPlan plan = PlanWith(key);
  AddFileRule(plan.main(), directory(), true, false);
  EXPECT_EQ(RunBare({"read", key.path}), "read: the host's\n");
  const std::string other = WriteFileFor("other", "another", 0644);
  RunSettings settings;
  const Ran given = Start(plan, {"read", key.path}, settings);
  EXPECT_EQ(given.output, "read: " + std::string(kTestKey) + "\n")
      << given.error;
  EXPECT_EQ(Start(plan, {"read", other}, settings).output, "read: another\n");
  settings.key_is_there = false;
  settings.options = {"--credential", "key=none"};
  const Ran none = Launch(plan.Bundle(), {"read", key.path}, settings);
  EXPECT_THAT(none.output, HasSubstr("read: errno")) << none.error;
  const Ran beside = Launch(plan.Bundle(), {"read", other}, settings);
  EXPECT_EQ(beside.output, "read: another\n") << beside.error;
}

TEST_P(UnmodifiedCredentialTest, NorUnderItsNameWithoutLinks) {
  const std::string real = WriteFileFor("usual", "the host's", 0644);
  PlanCredential key;
  key.name = "key";
  key.source = CredentialSource::kFile;
  key.path = directory() + "-link/usual";
  std::filesystem::create_directory_symlink(directory(), directory() + "-link");
  EXPECT_EQ(RunBare({"read", key.path}), "read: the host's\n");
  TestPlan plan = PlanWith(key);
  AddFileRule(plan.main(), directory(), true, false);
  RunSettings settings;
  const Ran given = Start(plan, {"read", key.path}, settings);
  EXPECT_EQ(given.output, "read: " + std::string(kTestKey) + "\n")
      << given.error;
  EXPECT_THAT(Start(plan, {"read", real}, settings).output,
              HasSubstr("read: errno"));
  settings.key_is_there = false;
  settings.options = {"--credential", "key=none"};
  const Ran none = Launch(plan.Bundle(), {"read", real}, settings);
  EXPECT_THAT(none.output, HasSubstr("read: errno")) << none.error;
  std::filesystem::remove(directory() + "-link");
}

TEST_P(UnmodifiedCredentialTest, NoOptionGivesItAway) {
  PlanCredential key;
  key.name = "key";
  key.source = CredentialSource::kEnvironment;
  key.variable = "PROBE_KEY";
  RunSettings settings;
  settings.options = {"--env", "PROBE_KEY=mine"};
  EXPECT_EQ(Start(PlanWith(key), {"status", "0"}, settings).exit_code, 125);
}

// A session keyring outlasts fork, exec and namespaces.
TEST_P(UnmodifiedTest, DoesNotHaveTheCallersKeys) {
  RunSettings settings;
  settings.before_exec = [] {
    // SAFETY: a keyring and a key of this child's own session.
    syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr);
    syscall(SYS_add_key, "user", "bailey-probe", "x", 1,
            KEY_SPEC_SESSION_KEYRING);
  };
  EXPECT_EQ(RunBareWith({"session-key"}, settings), "session-key: ok\n");
  EXPECT_THAT(Start(Plan(), {"session-key"}, settings).output,
              HasSubstr("session-key: errno"));
}

TEST_P(UnmodifiedTest, NoFilterNoRun) {
  TestPlan plan = Plan();
  plan.main().filters[0].program.clear();
  EXPECT_EQ(Start(plan, {"status", "0"}).exit_code, 125);
}

TEST_P(UnmodifiedTest, OtherPortionsBesideItAreRefused) {
  TestPlan plan;
  plan.main().unmodified = true;
  const Ran ran = Launch(plan.Bundle(), {"status", "0"});
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("other portions"));
}

TEST_P(UnmodifiedTest, LearningCountsEveryCall) {
  // All calls are notified, as `plan-program --observe` has it.
  FilterRules rules;
  for (uint32_t number = 0; number < 462; ++number) {
    rules.observed.insert(number);
  }
  rules.observed.erase(SYS_prctl);
  rules.observed.erase(SYS_setresuid);
  rules.denied[SYS_setresuid] = {EPERM, 3};
  RunSettings settings;
  settings.options = {"--learn"};
  const Ran ran = Start(Plan(rules), {"setuid"}, settings);
  EXPECT_EQ(ran.output, "setuid: errno 1\n") << ran.error;
  ASSERT_TRUE(ran.outcome.learned.has_value()) << ran.error;
  const Learned& learned = *ran.outcome.learned;
  EXPECT_EQ(learned.mode, LearnMode::kDenying);
  ASSERT_THAT(learned.calls, testing::SizeIs(1));
  EXPECT_EQ(learned.calls[0].call.number, uint32_t{SYS_setresuid});
  EXPECT_THAT(learned.uses, Not(IsEmpty()));
}

INSTANTIATE_TEST_SUITE_P(As, UnmodifiedTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);
INSTANTIATE_TEST_SUITE_P(As, UnmodifiedCredentialTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
