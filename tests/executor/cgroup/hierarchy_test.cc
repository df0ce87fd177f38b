#include "executor/cgroup/hierarchy.h"

#include <gmock/gmock.h>

namespace bailey::executor {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view kOldMounts =
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
    "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup "
    "rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:5 - cgroup cgroup "
    "rw,memory\n"
    "40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

TEST(HierarchyTest, FindsOurOwnInEachOldHierarchy) {
  EXPECT_THAT(
      FindOwnCgroups(kOldMounts,
                     "9:name=systemd:/pids\n4:memory:/a/b\n1:cpu,cpuacct:/\n"),
      ElementsAre(OwnCgroup{Controller::kMemory, "/sys/fs/cgroup/memory/a/b"},
                  OwnCgroup{Controller::kCpu, "/sys/fs/cgroup/cpu,cpuacct"}));
}

TEST(HierarchyTest, FindsOurOwnInTheUnifiedOne) {
  EXPECT_THAT(FindOwnCgroups(
                  "25 22 0:23 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 "
                  "rw,nsdelegate\n",
                  "0::/user.slice/run-1.scope\n"),
              ElementsAre(OwnCgroup{std::nullopt,
                                    "/sys/fs/cgroup/user.slice/run-1.scope"}));
  EXPECT_THAT(FindOwnCgroups(kOldMounts, "0::/\n"),
              ElementsAre(OwnCgroup{std::nullopt, "/sys/fs/cgroup/unified"}));
}

// A container's mount shows a part of the hierarchy, and the path may be
// relative to the whole.
TEST(HierarchyTest, AMountOfAPartIsMatchedWithThePath) {
  constexpr std::string_view kPart =
      "35 31 0:32 /docker/1 /sys/fs/cgroup/memory ro - cgroup cgroup "
      "rw,memory\n";
  EXPECT_THAT(
      FindOwnCgroups(kPart, "4:memory:/docker/1/x\n"),
      ElementsAre(OwnCgroup{Controller::kMemory, "/sys/fs/cgroup/memory/x"}));
  EXPECT_THAT(
      FindOwnCgroups(kPart, "4:memory:/docker/1\n"),
      ElementsAre(OwnCgroup{Controller::kMemory, "/sys/fs/cgroup/memory"}));
  EXPECT_THAT(FindOwnCgroups(kPart, "4:memory:/docker/12\n"), IsEmpty());
  EXPECT_THAT(FindOwnCgroups(kPart, "4:memory:/\n"), IsEmpty());
}

TEST(HierarchyTest, WhatIsOutsideOfTheMountIsLeftOut) {
  EXPECT_THAT(FindOwnCgroups(kOldMounts, "4:memory:/../other\n0::/../..\n"),
              IsEmpty());
}

TEST(HierarchyTest, TextThatIsNoneIsNothing) {
  EXPECT_THAT(FindOwnCgroups("", ""), IsEmpty());
  EXPECT_THAT(FindOwnCgroups("a - cgroup\n - - -\n1 2 3 4 5 - cgroup2\n",
                             "::\n0\n4:memory\nmemory\n:::\n"),
              IsEmpty());
}

TEST(HierarchyTest, WordsAreSplitWithoutEmptyOnes) {
  EXPECT_THAT(SplitWords(" a  b\nc\n", " \n"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(SplitWords("  ", " "), IsEmpty());
}

}  // namespace
}  // namespace bailey::executor
