// The limits of a portion, as cgroups enforce them and as RLIMIT does where no
// cgroup can be made; and `--strict` in both directions.

#include <gmock/gmock.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>

#include <algorithm>
#include <string>

#include "common/check.h"
#include "executor/cgroup/instance_cgroups.h"
#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::Not;

constexpr uint64_t kMegabyte = uint64_t{1} << 20;

// Covers the hierarchies: to the launcher, nobody may write there.
void HideCgroups() {
  CHECK(unshare(CLONE_NEWNS) == 0);
  CHECK(mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0);
  CHECK(mount("none", "/sys/fs/cgroup", "tmpfs", MS_RDONLY, nullptr) == 0);
}

int NumberAfter(const std::string& text, const std::string& word) {
  const size_t at = text.find(word);
  return at == text.npos ? -1 : std::stoi(text.substr(at + word.size()));
}

class LimitsTest : public LaunchTest {
 protected:
  void SetUp() override {
    LaunchTest::SetUp();
    CgroupFiles files;
    InstanceCgroups cgroups(files, OwnCgroups(files));
    const PlanLimits all{.memory_bytes = kMegabyte,
                         .wall_ms = 0,
                         .cpu_percent = 10,
                         .pids = 10,
                         .output_bytes = 0};
    cgroups.Place("probe", all);
    has_cgroups_ =
        user() == User::kRoot &&
        std::ranges::all_of(kControllers, [&](Controller controller) {
          return cgroups.Gap(controller).empty();
        });
  }

  TestPlan LimitedPlan() const {
    TestPlan plan;
    for (PlanPortion& portion : plan.plan.portions) {
      portion.limits.memory_bytes = 64 * kMegabyte;
      portion.limits.pids = 8;
      portion.limits.cpu_percent = 50;
      for (PlanFilter& filter : portion.filters) filter.solver = "a test";
    }
    return plan;
  }

  bool has_cgroups() const { return has_cgroups_; }

 private:
  bool has_cgroups_ = false;
};

#define SKIP_WITHOUT_CGROUPS() \
  if (!has_cgroups()) GTEST_SKIP() << "this user cannot make cgroups here"

TEST_P(LimitsTest, MemoryBeyondTheLimitIsToldFromACrash) {
  EXPECT_EQ(RunBare({"allocate", "64"}), "allocate: ok\n");
  TestPlan plan;
  plan.main().limits.memory_bytes = 32 * kMegabyte;
  const Ran ran = Launch(plan.Bundle(), {"allocate", "64"});
  if (has_cgroups()) {
    EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOutOfMemory) << ran.error;
    EXPECT_EQ(ran.outcome.portion, "main");
    EXPECT_EQ(ran.exit_code, 128 + SIGKILL);
    EXPECT_THAT(ran.error, HasSubstr("ran out of memory (limit 33554432"));
  } else {
    EXPECT_EQ(ran.output, "allocate: errno 12\n");
  }
  EXPECT_EQ(Launch(plan.Bundle(), {"allocate", "4"}).output, "allocate: ok\n");
}

TEST_P(LimitsTest, AChildThatIsKilledForMemoryIsNoted) {
  SKIP_WITHOUT_CGROUPS();
  TestPlan plan;
  plan.main().limits.memory_bytes = 32 * kMegabyte;
  const Ran ran = Launch(plan.Bundle(), {"allocate-in-child", "64"});
  EXPECT_EQ(ran.output, "child: signal 9\n") << ran.error;
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kOk);
  EXPECT_THAT(ran.outcome.notes,
              Contains(HasSubstr("1 processes were killed because memory")));
}

TEST_P(LimitsTest, AKillFromOutsideIsNoLackOfMemory) {
  TestPlan plan = LimitedPlan();
  RunSettings settings;
  settings.while_running = [](pid_t launcher) {
    const std::string self = std::to_string(launcher);
    // The launcher's, the agent's and the last first process's child.
    std::string pid = self;
    for (int depth = 0; depth < 3; ++depth) {
      const auto children =
          ReadFile("/proc/" + pid + "/task/" + pid + "/children");
      ASSERT_TRUE(children.ok());
      const std::string all = children->substr(0, children->rfind(' '));
      pid = all.substr(all.rfind(' ') + 1);
    }
    kill(std::stoi(pid), SIGKILL);
  };
  const Ran ran = Launch(plan.Bundle(), {"linger"}, settings);
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kKilled) << ran.error;
  EXPECT_EQ(ran.outcome.portion, "main");
  EXPECT_EQ(ran.exit_code, 128 + SIGKILL);
}

// A share of a processor: compared with the same work without a limit.
TEST_P(LimitsTest, ProcessorTimeIsLimited) {
  SKIP_WITHOUT_CGROUPS();
  TestPlan plan;
  plan.main().limits.cpu_percent = 5;
  const int limited =
      NumberAfter(Launch(plan.Bundle(), {"burn", "1000"}).output, "burn: ");
  plan.main().limits.cpu_percent = 0;
  const int unlimited =
      NumberAfter(Launch(plan.Bundle(), {"burn", "1000"}).output, "burn: ");
  EXPECT_GE(limited, 0);
  EXPECT_LT(limited, unlimited);
  EXPECT_LT(limited, 20);
}

TEST_P(LimitsTest, ProcessesAreLimited) {
  TestPlan plan;
  EXPECT_EQ(Launch(plan.Bundle(), {"fork"}).output, "fork: ok\n");
  plan.main().limits.pids = 1;
  EXPECT_EQ(Launch(plan.Bundle(), {"fork"}).output, "fork: errno 11\n");
}

TEST_P(LimitsTest, TheOutcomeNamesWhatEnforcesEachLimit) {
  const Ran ran = Launch(LimitedPlan().Bundle(), {"status", "0"});
  EXPECT_EQ(ran.exit_code, 0) << ran.error;
  for (const char* name : {"memory limit", "cpu limit", "process limit"}) {
    EXPECT_THAT(
        ran.outcome.layers,
        Contains(AllOf(Field(&Layer::name, name),
                       Field(&Layer::enforced, has_cgroups()),
                       Field(&Layer::detail,
                             HasSubstr(has_cgroups() ? "cgroup v" : "; ")))));
  }
}

TEST_P(LimitsTest, StrictRunsWhereEveryLimitIsEnforced) {
  SKIP_WITHOUT_CGROUPS();
  RunSettings settings;
  settings.options = {"--strict"};
  const Ran ran = Launch(LimitedPlan().Bundle(), {"status", "3"}, settings);
  EXPECT_EQ(ran.exit_code, 3) << ran.error;
}

TEST_P(LimitsTest, StrictRefusesWhereNoCgroupCanBeMade) {
  RunSettings settings;
  settings.options = {"--strict"};
  if (user() == User::kRoot) settings.before_exec = HideCgroups;
  const Ran ran = Launch(LimitedPlan().Bundle(), {"status", "3"}, settings);
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("refused by --strict"));
  for (const char* name : {"memory limit", "cpu limit", "process limit"}) {
    EXPECT_THAT(ran.error, HasSubstr(name));
  }
}

// Then RLIMIT stands in, and the gap is said.
TEST_P(LimitsTest, WithoutCgroupsItRunsAndSaysSo) {
  RunSettings settings;
  if (user() == User::kRoot) settings.before_exec = HideCgroups;
  TestPlan plan = LimitedPlan();
  plan.main().limits.memory_bytes = 32 * kMegabyte;
  plan.main().limits.pids = 1;
  EXPECT_EQ(Launch(plan.Bundle(), {"allocate", "64"}, settings).output,
            "allocate: errno 12\n");
  const Ran ran = Launch(plan.Bundle(), {"fork"}, settings);
  EXPECT_EQ(ran.output, "fork: errno 11\n");
  EXPECT_THAT(ran.error, HasSubstr("layer missing: cpu limit"));
}

// The directories that a run of this process's name would have.
int CgroupsLeft() {
  int found = 0;
  CgroupFiles files;
  for (const OwnCgroup& own : OwnCgroups(files)) {
    for (const std::string& name : files.Children(own.directory)) {
      if (name.starts_with("bailey-run-")) ++found;
    }
  }
  return found;
}

TEST_P(LimitsTest, CgroupsGoWithTheRunAndWithTheNextAtTheLatest) {
  SKIP_WITHOUT_CGROUPS();
  const std::string bundle = LimitedPlan().Bundle();
  int during = 0;
  RunSettings settings;
  settings.while_running = [&](pid_t launcher) {
    during = CgroupsLeft();
    kill(launcher, SIGKILL);
  };
  EXPECT_EQ(Launch(bundle, {"linger"}, settings).exit_code, -SIGKILL);
  EXPECT_GE(during, 6);  // two portions, three controllers
  EXPECT_GE(CgroupsLeft(), 6);
  EXPECT_EQ(Launch(bundle, {"status", "0"}).exit_code, 0);
  EXPECT_EQ(CgroupsLeft(), 0);
}

INSTANTIATE_TEST_SUITE_P(As, LimitsTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
