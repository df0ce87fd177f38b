// What a run's outcome says of denials, limits and ends.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/syscall.h>

#include <cerrno>

#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class OutcomeRunTest : public LaunchTest {};

// A plan whose main is denied `number` by a rule of its own.
TestPlan Denying(uint32_t number, int errno_value) {
  TestPlan plan;
  FilterRules rules;
  rules.denied[number] = {errno_value, 5};
  plan.main().filters = MakeFilters(rules);
  plan.main().rules.push_back({5, "deny syscall", "probe.policy", 42});
  return plan;
}

TEST_P(OutcomeRunTest, AnErrnoDenialIsListedWithItsRule) {
  const Ran ran = Launch(Denying(SYS_unshare, EACCES).Bundle(), {"unshare"});
  EXPECT_EQ(ran.output, "unshare: errno 13\n");
  EXPECT_EQ(ran.exit_code, 0);
  ASSERT_THAT(ran.outcome.denials, SizeIs(1));
  const Denial& denial = ran.outcome.denials[0];
  EXPECT_EQ(denial.portion, "main");
  EXPECT_EQ(denial.syscall.number, SYS_unshare);
  EXPECT_EQ(denial.action, "errno EACCES");
  EXPECT_EQ(denial.rule.text, "deny syscall");
  EXPECT_EQ(denial.rule.line, 42);
  EXPECT_THAT(ran.error, HasSubstr("unshare("));
  EXPECT_THAT(ran.error, HasSubstr("probe.policy:42"));
}

TEST_P(OutcomeRunTest, AKillDenialEndsItWith126) {
  const Ran ran = Launch(Denying(SYS_unshare, 0).Bundle(), {"unshare"});
  EXPECT_EQ(ran.output, "");
  EXPECT_EQ(ran.exit_code, 126);
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kViolation);
  EXPECT_EQ(ran.outcome.portion, "main");
  ASSERT_THAT(ran.outcome.denials, SizeIs(1));
  EXPECT_EQ(ran.outcome.denials[0].action, "kill_process");
}

TEST_P(OutcomeRunTest, AlikeDenialsAreCounted) {
  // Each line that is signed flushes; each attempt is the same call and rule.
  TestPlan plan = Denying(SYS_prctl, EPERM);
  const Ran ran = Launch(plan.Bundle(), {"capabilities"});
  ASSERT_THAT(ran.outcome.denials, SizeIs(1));
  EXPECT_EQ(ran.outcome.denials[0].count, 1u);
  const Ran many = Launch(Denying(SYS_fcntl, EPERM).Bundle(), {"descriptors"});
  ASSERT_THAT(many.outcome.denials, SizeIs(1));
  EXPECT_EQ(many.outcome.denials[0].count, 1024u);
}

TEST_P(OutcomeRunTest, AnOpenThatIsSeenNamesItsPathAndCredential) {
  TestPlan plan;
  FilterRules rules;
  rules.observed = {SYS_openat};
  plan.main().filters = MakeFilters(rules);
  const Ran ran = Launch(plan.Bundle(), {"open", "/run/../run/probe/key"});
  EXPECT_THAT(ran.output, HasSubstr("open: errno"));
  ASSERT_THAT(ran.outcome.denials, SizeIs(1));
  const Denial& denial = ran.outcome.denials[0];
  EXPECT_EQ(denial.action, "files");
  EXPECT_EQ(denial.path, "/run/probe/key");
  EXPECT_EQ(denial.credential, "key");
  EXPECT_EQ(denial.rule.text,
            "otherwise: no file rule allows `/run/probe/key`");
  EXPECT_THAT(ran.error, HasSubstr("advisory"));
}

TEST_P(OutcomeRunTest, AnOpenThatARuleAllowsIsNoDenial) {
  TestPlan plan;
  FilterRules rules;
  rules.observed = {SYS_openat};
  plan.main().filters = MakeFilters(rules);
  const std::string path = WriteFileFor("shown", "x", 0644);
  AddFileRule(plan.main(), path, false, false);
  const Ran ran = Launch(plan.Bundle(), {"open", path});
  EXPECT_EQ(ran.output, "open: ok\n");
  EXPECT_THAT(ran.outcome.denials, SizeIs(0));
}

TEST_P(OutcomeRunTest, ALoggedCallGoesOn) {
  TestPlan plan;
  FilterRules rules;
  rules.logged = {SYS_getuid};
  plan.main().filters = MakeFilters(rules);
  const Ran ran = Launch(plan.Bundle(), {"identity"});
  EXPECT_EQ(ran.output, "identity: 1000 1000\n");
  ASSERT_THAT(ran.outcome.denials, SizeIs(1));
  EXPECT_EQ(ran.outcome.denials[0].action, "log");
}

TEST_P(OutcomeRunTest, ASignalIs128AndIt) {
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"crash"});
  EXPECT_EQ(ran.exit_code, 128 + SIGSEGV);
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kCrashed);
}

// `exit` ends the program, wherever the split has put it.
TEST_P(OutcomeRunTest, AServersExitIsThePrograms) {
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"end-peer"});
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk) << ran.error;
  EXPECT_EQ(ran.outcome.portion, "signer");
  EXPECT_EQ(ran.outcome.status, 3);
  EXPECT_EQ(ran.exit_code, 3);
  // What main had printed before the call is not lost.
  EXPECT_EQ(ran.output, "end-peer: asking\n");
}

TEST_P(OutcomeRunTest, TheWallLimitEndsIt) {
  TestPlan plan;
  plan.main().limits.wall_ms = 300;
  const Ran ran = Launch(plan.Bundle(), {"sleep"});
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kTimeout);
  EXPECT_EQ(ran.exit_code, 128 + SIGKILL);
}

TEST_P(OutcomeRunTest, TheOutputLimitIsSaid) {
  TestPlan plan;
  plan.main().limits.output_bytes = 100'000;
  const Ran ran = Launch(plan.Bundle(), {"flood", "300000"});
  EXPECT_EQ(ran.output, std::string(100'000, 'x'));
  EXPECT_TRUE(ran.outcome.output_truncated);
  EXPECT_EQ(ran.outcome.output_bytes, 100'000u);
  EXPECT_THAT(ran.error, HasSubstr("cut off after 100000 bytes"));
  const Ran whole = Launch(plan.Bundle(), {"flood", "100000"});
  EXPECT_FALSE(whole.outcome.output_truncated);
}

TEST_P(OutcomeRunTest, JsonGoesToStderr) {
  TestPlan plan;
  RunSettings settings;
  settings.options = {"--format", "json"};
  const Ran ran = Launch(plan.Bundle(), {"status", "4"}, settings);
  auto parsed = ParseOutcome(ran.error, "stderr");
  ASSERT_TRUE(parsed.ok()) << ran.error;
  EXPECT_EQ(parsed->status, 4);
  EXPECT_EQ(WriteOutcome(*parsed), ran.error);
}

TEST_P(OutcomeRunTest, QuietSaysNothingWhereAllIsWell) {
  TestPlan plan;
  RunSettings settings;
  settings.options = {"--quiet"};
  EXPECT_EQ(Launch(plan.Bundle(), {"status", "0"}, settings).error, "");
}

INSTANTIATE_TEST_SUITE_P(As, OutcomeRunTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
