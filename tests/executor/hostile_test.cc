// Portions that go wrong at each step of the hand-over, portions that misuse
// what the agent does for them, and bundles whose plan is hostile: the launcher
// says what is wrong, and nothing hangs, crashes or runs without its filters.

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

class HostileTest : public LaunchTest {
 protected:
  void ExpectRefused(const TestPlan& plan, const std::string& text) {
    const Ran ran = Launch(plan.Bundle(), {"status", "0"});
    EXPECT_EQ(ran.exit_code, 125) << ran.error;
    EXPECT_EQ(ran.outcome.kind, OutcomeKind::kFailed);
    EXPECT_THAT(ran.error, HasSubstr(text));
  }
};

TEST_P(HostileTest, GoesWrongAtEachStepOfTheHandOver) {
  for (const char* what :
       {"exit", "short", "long", "garbage", "order", "failure", "claim-input",
        "claim-control", "die", "other-call"}) {
    SCOPED_TRACE(what);
    TestPlan plan;
    plan.main_program = "executor-probe-hostile";
    // Were the agent to wait for the rest of a message, the launcher's clock
    // would end the run, and the outcome be another.
    plan.main().limits.wall_ms = 100;
    const Ran ran = Launch(plan.Bundle(), {what});
    EXPECT_EQ(ran.exit_code, 125) << ran.error;
    EXPECT_EQ(ran.outcome.kind, OutcomeKind::kFailed);
    EXPECT_THAT(ran.error, HasSubstr("portion `main`"));
    if (std::string(what) != "exit") {
      EXPECT_THAT(ran.output, Not(HasSubstr("program code ran")));
    }
  }
}

TEST_P(HostileTest, TheSentinelIsAnsweredOnce) {
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"repeat-sentinel"});
  EXPECT_EQ(ran.output, "sentinel: 0 answered\n");
  EXPECT_EQ(ran.exit_code, 0);
}

TEST_P(HostileTest, NamesThatAreNoTextAreStillReported) {
  TestPlan plan;
  FilterRules rules;
  rules.observed = {SYS_openat};
  plan.main().filters = MakeFilters(rules);
  const Ran ran = Launch(plan.Bundle(), {"open-many", "1000"});
  EXPECT_EQ(ran.output, "open-many: ok\n") << ran.error;
  EXPECT_THAT(ran.outcome.denials, SizeIs(kMaxDenials));
  EXPECT_EQ(ran.outcome.denials_omitted, 1000 - kMaxDenials);
  const auto printable = [](char byte) {
    return byte == '\n' || (byte >= 0x20 && byte < 0x7f);
  };
  EXPECT_TRUE(std::ranges::all_of(ran.error, printable));
}

TEST_P(HostileTest, ACompatibilityCallIsNotJudgedAsAnother) {
  EXPECT_EQ(RunBare({"compat"}), "compat: ok\n");
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"compat"});
  EXPECT_EQ(ran.output, "");
  EXPECT_EQ(ran.exit_code, 126) << ran.error;
}

TEST_P(HostileTest, AKillDenialOfAChildEndsTheWholePortion) {
  TestPlan plan;
  FilterRules rules;
  rules.denied[SYS_unshare] = {0, 5};
  plan.main().filters = MakeFilters(rules);
  const Ran ran = Launch(plan.Bundle(), {"denied-in-child"});
  EXPECT_EQ(ran.exit_code, 126) << ran.error;
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kViolation);
  ASSERT_THAT(ran.outcome.denials, SizeIs(1));
  EXPECT_EQ(ran.outcome.denials[0].syscall.number, SYS_unshare);
}

// A credential's place inside that leads out of the root that is being made.
TEST_P(HostileTest, ACredentialsPathCannotLeaveTheRoot) {
  const std::string outside = directory() + "/outside";
  ASSERT_EQ(mkdir(outside.c_str(), 0777), 0);
  ASSERT_EQ(chmod(outside.c_str(), 0777), 0);
  for (const std::string& path :
       {"/.." + outside + "/key", std::string("run/key"), std::string(),
        std::string("/run//key"), std::string("/run/k\0y", 8)}) {
    SCOPED_TRACE(path);
    TestPlan plan;
    plan.plan.credentials[0].path = path;
    ExpectRefused(plan, "credential `key`");
    EXPECT_TRUE(std::filesystem::is_empty(outside));
  }
}

TEST_P(HostileTest, AFileRulesPathIsPlain) {
  for (const char* path : {"/etc/../etc/hostname", "etc", "", "/etc//x"}) {
    SCOPED_TRACE(path);
    TestPlan plan;
    AddFileRule(plan.main(), path, true, false);
    ExpectRefused(plan, "portion `main`");
  }
}

// The portion of an earlier run, which may write below /work, has put a link
// where another rule reads: it must not choose what this run is shown.
TEST_P(HostileTest, ALinkThatAPortionCouldPlantIsNotFollowed) {
  const std::string secret = WriteFileFor("secret", "x", 0644);
  const std::string work = directory() + "/work";
  ASSERT_EQ(mkdir(work.c_str(), 0777), 0);
  ASSERT_EQ(chmod(work.c_str(), 0777), 0);
  ASSERT_EQ(symlink(secret.c_str(), (work + "/shown").c_str()), 0);
  TestPlan plan;
  AddFileRule(plan.main(), work, true, true);
  AddFileRule(plan.main(), work + "/shown", false, false);
  ExpectRefused(plan, "symbolic link");
  // The same of a directory on the way.
  ASSERT_EQ(symlink(directory().c_str(), (work + "/way").c_str()), 0);
  TestPlan way;
  AddFileRule(way.signer(), work, true, true);
  AddFileRule(way.main(), work + "/way/secret", false, false);
  ExpectRefused(way, "symbolic link");
}

// A link of the host's own, which no rule lets a portion write, is the host's
// business: /etc/localtime is one.
TEST_P(HostileTest, ALinkOfTheHostsIsFollowed) {
  const std::string file = WriteFileFor("file", "x", 0644);
  const std::string link = directory() + "/link";
  ASSERT_EQ(symlink(file.c_str(), link.c_str()), 0);
  TestPlan plan;
  AddFileRule(plan.main(), link, false, false);
  EXPECT_EQ(Launch(plan.Bundle(), {"open", link}).output, "open: ok\n");
}

// A link inside a mounted directory must not move what another rule mounts, or
// what it allows, to a place elsewhere in the container.
TEST_P(HostileTest, ALinkInsideAMountDoesNotMoveAnother) {
  const std::string tree = directory() + "/tree";
  ASSERT_EQ(mkdir(tree.c_str(), 0755), 0);
  ASSERT_EQ(mkdir((directory() + "/bin").c_str(), 0755), 0);
  ASSERT_EQ(symlink("/bin", (tree + "/sub").c_str()), 0);
  TestPlan plan;
  AddFileRule(plan.main(), tree, true, false);
  AddFileRule(plan.main(), tree + "/sub", true, false);
  ExpectRefused(plan, "symbolic link");
}

TEST_P(HostileTest, LimitsBeyondAllSenseAreRefused) {
  TestPlan wall;
  wall.main().limits.wall_ms = UINT64_MAX;
  ExpectRefused(wall, "limit");
  TestPlan memory;
  memory.main().limits.memory_bytes = UINT64_MAX;
  ExpectRefused(memory, "limit");
}

INSTANTIATE_TEST_SUITE_P(As, HostileTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
