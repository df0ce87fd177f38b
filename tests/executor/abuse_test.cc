// Portions that use up all they can, never answer, stop themselves or write
// garbage where a request belongs: a clear outcome each time, and nothing left.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "common/check.h"
#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

#ifdef __has_feature
#define BAILEY_HAS_FEATURE(name) __has_feature(name)
#else
#define BAILEY_HAS_FEATURE(name) 0
#endif
constexpr bool kIsSanitized = BAILEY_HAS_FEATURE(address_sanitizer);

using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;

class AbuseTest : public LaunchTest {};

// What a bomb is without a limit is not shown here: it would take the host.
TEST_P(AbuseTest, AForkBombStaysInItsLimit) {
  TestPlan plan;
  plan.main().limits.pids = 20;
  plan.main().limits.wall_ms = 1000;
  size_t most = 0;
  RunSettings settings;
  std::vector<pid_t> met;
  settings.while_running = [&](pid_t launcher) {
    // Until the limit ends it.
    while (true) {
      const std::vector<pid_t> now = DescendantsOf(launcher);
      if (now.empty()) break;
      most = std::max(most, now.size());
      met.insert(met.end(), now.begin(), now.end());
    }
  };
  const Ran ran = Launch(plan.Bundle(), {"bomb"}, settings);
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kTimeout) << ran.error;
  EXPECT_EQ(ran.exit_code, 128 + SIGKILL);
  // The portion's, and: the agent, two first processes, the signer.
  EXPECT_GE(most, 20u);
  EXPECT_LE(most, 20u + 4);
  EXPECT_TRUE(
      std::ranges::none_of(met, [](pid_t pid) { return kill(pid, 0) == 0; }));
}

TEST_P(AbuseTest, AFloodOfOutputIsCutOffAndEnded) {
  TestPlan plan;
  plan.main().limits.output_bytes = 200'000;
  plan.main().limits.wall_ms = 500;
  const Ran ran = Launch(plan.Bundle(), {"flood-for-ever"});
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kTimeout) << ran.error;
  EXPECT_EQ(ran.output.size(), 200'000u);
  EXPECT_TRUE(ran.outcome.output_truncated);
}

TEST_P(AbuseTest, AFullDiskIsTheProgramsBusiness) {
  if (user() != User::kRoot) GTEST_SKIP() << "needs root, to mount a disk";
  const std::string disk = directory() + "/disk";
  ASSERT_EQ(mkdir(disk.c_str(), 0777), 0);
  TestPlan plan;
  AddFileRule(plan.main(), disk, true, true);
  plan.main().files.back().read = true;
  RunSettings settings;
  settings.before_exec = [disk] {
    CHECK(unshare(CLONE_NEWNS) == 0);
    CHECK(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
    CHECK(mount("none", disk.c_str(), "tmpfs", 0, "size=64k,mode=777") == 0);
  };
  const Ran ran = Launch(plan.Bundle(), {"fill", disk + "/file"}, settings);
  EXPECT_EQ(ran.output, "fill: errno 28\n") << ran.error;  // ENOSPC
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk);
  EXPECT_TRUE(std::filesystem::is_empty(disk));
}

// Its own root cannot be filled.
TEST_P(AbuseTest, ThereIsNothingToFillInTheContainer) {
  TestPlan plan;
  for (const char* path : {"/file", "/bin/file", "/dev/file", "/run/probe/x"}) {
    EXPECT_THAT(Launch(plan.Bundle(), {"fill", path}).output,
                HasSubstr("fill: errno"));
  }
}

TEST_P(AbuseTest, APortionThatHasNoDescriptorLeftStillCrosses) {
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"exhaust"});
  EXPECT_EQ(ran.output, "exhaust: errno 24\ncrossing: ok\n") << ran.error;
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk);
}

// Too few for the launcher or the agent is said; nothing hangs.
TEST_P(AbuseTest, ALauncherWithFewDescriptorsRunsOrSaysWhy) {
  if (kIsSanitized)
    GTEST_SKIP() << "a sanitizer's runtime needs descriptors of its own";
  TestPlan plan;
  const std::string bundle = plan.Bundle();
  int ran_well = 0;
  for (const rlim_t limit : {3u, 4u, 5u, 6u, 8u, 10u, 12u, 16u, 20u, 24u, 32u,
                             48u, 64u, 128u, 400u, 600u, 1024u}) {
    SCOPED_TRACE(limit);
    RunSettings settings;
    settings.before_exec = [limit] {
      const rlimit few{limit, limit};
      CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
    };
    const Ran ran = Launch(bundle, {"status", "0"}, settings);
    EXPECT_THAT(ran.exit_code, AnyOf(0, 125, 127));
    if (ran.exit_code == 0) ++ran_well;
    if (ran.exit_code == 125) {
      EXPECT_THAT(ran.error, HasSubstr("bailey"));
    }
  }
  EXPECT_GE(ran_well, 1);
}

TEST_P(AbuseTest, APortionThatNeverAnswersIsNamedWhenTimeIsUp) {
  TestPlan plan;
  plan.main().limits.wall_ms = 500;
  const Ran ran = Launch(plan.Bundle(), {"sign-length", "2147483647"});
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kTimeout) << ran.error;
  EXPECT_EQ(ran.outcome.portion, "signer");
  EXPECT_THAT(ran.outcome.message, HasSubstr("`signer` waited in "));
  EXPECT_THAT(ran.outcome.message, HasSubstr("`main` waited in futex"));
  EXPECT_EQ(ran.exit_code, 128 + SIGKILL);
}

// Without a wall limit: the run would else hang for ever.
TEST_P(AbuseTest, APortionThatStopsItselfGoesOn) {
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"stop"});
  EXPECT_EQ(ran.output, "stop: begins\nstop: ok\n") << ran.error;
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk);
  EXPECT_THAT(ran.outcome.notes,
              Contains(AllOf(HasSubstr("main:"), HasSubstr("stopped"))));
}

TEST_P(AbuseTest, AServerThatStopsItselfAnswers) {
  TestPlan plan;
  const Ran ran = Launch(plan.Bundle(), {"sign-length", "2147483646"});
  EXPECT_THAT(ran.output, HasSubstr("sign: ")) << ran.error;
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk);
  EXPECT_THAT(ran.outcome.notes,
              Contains(AllOf(HasSubstr("signer:"), HasSubstr("stopped"))));
}

// A tracer sees a stop before the first process does.
TEST_P(AbuseTest, APortionThatStopsItselfGoesOnInAnAudit) {
  TestPlan plan;
  RunSettings settings;
  settings.options = {"--audit"};
  const Ran ran = Launch(plan.Bundle(), {"stop"}, settings);
  EXPECT_EQ(ran.output, "stop: begins\nstop: ok\n") << ran.error;
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk);
}

// What is no request is refused, and the trusted side serves the next one.
TEST_P(AbuseTest, GarbageInTheChannelIsRefused) {
  TestPlan plan;
  plan.main().limits.wall_ms = 30'000;
  for (const char* seed : {"1", "2", "3", "4"}) {
    const Ran ran = Launch(plan.Bundle(), {"garbage", "2000", seed});
    EXPECT_EQ(ran.output, "garbage: 2000 refused\nhonest call: ok\n")
        << ran.error;
    EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk);
  }
}

// The client that lied about the order is told, and ends; the server does not.
TEST_P(AbuseTest, ASequenceThatIsNotNextEndsTheClient) {
  TestPlan plan;
  plan.main().limits.wall_ms = 30'000;
  const Ran ran = Launch(plan.Bundle(), {"jump"});
  EXPECT_EQ(ran.output, "");
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kCrashed) << ran.error;
  EXPECT_EQ(ran.outcome.portion, "main");
  EXPECT_EQ(ran.exit_code, 128 + SIGABRT);
}

INSTANTIATE_TEST_SUITE_P(As, AbuseTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
