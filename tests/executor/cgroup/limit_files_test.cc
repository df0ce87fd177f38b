#include "executor/cgroup/limit_files.h"

#include <gmock/gmock.h>

namespace bailey::executor {
namespace {

using testing::ElementsAre;

constexpr PlanLimits kLimits{.memory_bytes = 1 << 20,
                             .wall_ms = 0,
                             .cpu_percent = 150,
                             .pids = 7,
                             .output_bytes = 0};

TEST(LimitFilesTest, TheOldInterface) {
  EXPECT_THAT(
      LimitFiles(Controller::kMemory, false, kLimits),
      ElementsAre(LimitFile{"memory.limit_in_bytes", "1048576", true},
                  LimitFile{"memory.memsw.limit_in_bytes", "1048576", false},
                  LimitFile{"memory.swappiness", "0", false}));
  EXPECT_THAT(LimitFiles(Controller::kCpu, false, kLimits),
              ElementsAre(LimitFile{"cpu.cfs_quota_us", "150000", true},
                          LimitFile{"cpu.cfs_period_us", "100000", true}));
  EXPECT_THAT(LimitFiles(Controller::kPids, false, kLimits),
              ElementsAre(LimitFile{"pids.max", "7", true}));
}

TEST(LimitFilesTest, TheUnifiedInterface) {
  EXPECT_THAT(LimitFiles(Controller::kMemory, true, kLimits),
              ElementsAre(LimitFile{"memory.max", "1048576", true},
                          LimitFile{"memory.swap.max", "0", false},
                          LimitFile{"memory.oom.group", "1", false}));
  EXPECT_THAT(LimitFiles(Controller::kCpu, true, kLimits),
              ElementsAre(LimitFile{"cpu.max", "150000 100000", true}));
}

TEST(LimitFilesTest, OnlyWhatWasWrittenIsLimited) {
  for (const Controller controller : kControllers) {
    EXPECT_TRUE(IsLimited(controller, kLimits));
    EXPECT_FALSE(IsLimited(controller, PlanLimits{}));
  }
}

TEST(LimitFilesTest, OutOfMemoryKillsAreCounted) {
  EXPECT_EQ(CountOomKills("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"), 3u);
  EXPECT_EQ(CountOomKills("low 0\nhigh 0\nmax 9\noom 2\noom_kill 1\n"
                          "oom_group_kill 0\n"),
            1u);
  EXPECT_EQ(CountOomKills("oom_kill"), 0u);
  EXPECT_EQ(CountOomKills(""), 0u);
}

}  // namespace
}  // namespace bailey::executor
