#include "policy-compiler/landlock/landlock_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/landlock.h>

namespace bailey::policy {
namespace {

PlanFileRule File(const std::string& path, bool hierarchy, bool write = false) {
  return {path, hierarchy, !write, write, false, 16};
}

std::vector<std::string> GapNames(const LandlockPlan& plan) {
  std::vector<std::string> names;
  for (const LandlockGap& gap : plan.gaps) names.push_back(gap.right);
  return names;
}

TEST(Landlock, ConstantsAreTheKernels) {
  EXPECT_EQ(kLandlockExecute, LANDLOCK_ACCESS_FS_EXECUTE);
  EXPECT_EQ(kLandlockWriteFile, LANDLOCK_ACCESS_FS_WRITE_FILE);
  EXPECT_EQ(kLandlockReadFile, LANDLOCK_ACCESS_FS_READ_FILE);
  EXPECT_EQ(kLandlockReadDir, LANDLOCK_ACCESS_FS_READ_DIR);
  EXPECT_EQ(kLandlockMakeSym, LANDLOCK_ACCESS_FS_MAKE_SYM);
  EXPECT_EQ(kLandlockRefer, LANDLOCK_ACCESS_FS_REFER);
}

TEST(Landlock, EachAbiHandlesWhatItKnows) {
  EXPECT_EQ(LandlockHandledFs(0), 0u);
  EXPECT_EQ(LandlockHandledFs(1), 0x1fffu);
  EXPECT_EQ(LandlockHandledFs(2), 0x3fffu);
  EXPECT_EQ(LandlockHandledFs(3), 0x7fffu);
  EXPECT_EQ(LandlockHandledFs(4), 0x7fffu);
  EXPECT_EQ(LandlockHandledFs(7), 0xffffu);
  EXPECT_EQ(LandlockHandledNet(3), 0u);
  EXPECT_EQ(LandlockHandledNet(4), 3u);
  EXPECT_EQ(LandlockScoped(5), 0u);
  EXPECT_EQ(LandlockScoped(6), 3u);
}

TEST(Landlock, AFileHasNoRightsOfDirectories) {
  for (const bool write : {false, true}) {
    const uint64_t rights = LandlockRightsFor(
        {.read = true, .write = write, .execute = true, .hierarchy = false});
    EXPECT_EQ(rights & ~kLandlockFileRights, 0u);
  }
}

TEST(Landlock, NamesItsRights) {
  EXPECT_EQ(LandlockRightNames(kLandlockReadFile | kLandlockReadDir),
            "read_file, read_dir");
  EXPECT_EQ(LandlockRightNames(0), "");
}

TEST(MakeLandlockPlan, JoinsTheRulesOfOnePath) {
  const PlanFileRule files[] = {File("/tmp", true), File("/tmp", true, true),
                                File("/etc/hosts", false)};
  const LandlockPlan plan = MakeLandlockPlan(files, 7);
  EXPECT_EQ(plan.handled_fs, LandlockHandledFs(7));
  ASSERT_EQ(plan.rules.size(), 2u);
  EXPECT_EQ(plan.rules[0],
            (LandlockPathRule{"/etc/hosts", false, kLandlockReadFile}));
  EXPECT_EQ(plan.rules[1].path, "/tmp");
  EXPECT_EQ(
      plan.rules[1].rights,
      LandlockRightsFor({.read = true, .write = true, .hierarchy = true}));
}

TEST(MakeLandlockPlan, WritingGivesNoReadingAndNoDevices) {
  const PlanFileRule files[] = {File("/tmp", true, true)};
  const uint64_t rights = MakeLandlockPlan(files, 7).rules.at(0).rights;
  EXPECT_EQ(
      rights & (kLandlockReadFile | kLandlockReadDir | kLandlockExecute |
                kLandlockMakeChar | kLandlockMakeBlock | kLandlockIoctlDev),
      0u);
}

TEST(MakeLandlockPlan, ExecutingNeedsReading) {
  const PlanFileRule files[] = {{"/bin/true", false, false, false, true, 16}};
  EXPECT_EQ(MakeLandlockPlan(files, 7).rules.at(0).rights,
            kLandlockExecute | kLandlockReadFile);
}

TEST(MakeLandlockPlan, NamesWhatAnAbiLacks) {
  const PlanFileRule files[] = {File("/tmp", true, true)};
  EXPECT_THAT(GapNames(MakeLandlockPlan(files, 1)),
              testing::ElementsAre("refer", "truncate", "ioctl_dev"));
  EXPECT_THAT(GapNames(MakeLandlockPlan(files, 3)),
              testing::ElementsAre("ioctl_dev"));
  EXPECT_THAT(GapNames(MakeLandlockPlan(files, 5)), testing::IsEmpty());
  for (int abi = 1; abi <= 7; ++abi) {
    const LandlockPlan plan = MakeLandlockPlan(files, abi);
    EXPECT_EQ(plan.rules.at(0).rights & ~plan.handled_fs, 0u) << abi;
  }
}

TEST(MakeLandlockPlan, WithoutLandlockNothingIsClaimed) {
  const PlanFileRule files[] = {File("/tmp", true)};
  const LandlockPlan plan = MakeLandlockPlan(files, -1);
  EXPECT_EQ(plan.abi, 0);
  EXPECT_TRUE(plan.rules.empty());
  EXPECT_THAT(GapNames(plan), testing::ElementsAre("all"));
}

TEST(MakeLandlockPlan, ANewerAbiIsUsedAsTheNewestKnown) {
  EXPECT_EQ(MakeLandlockPlan({}, 99).abi, kNewestLandlockAbi);
}

}  // namespace
}  // namespace bailey::policy
