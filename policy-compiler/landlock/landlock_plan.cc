#include "policy-compiler/landlock/landlock_plan.h"

#include <algorithm>
#include <map>
#include <utility>

namespace bailey::policy {
namespace {

LandlockGrant GrantOf(const PlanFileRule& file) {
  return {.read = file.read,
          .write = file.write,
          .execute = file.execute,
          .hierarchy = file.hierarchy};
}

std::vector<LandlockGap> GapsOf(int abi) {
  const LandlockGap gaps[] = {
      {"refer", 2, false,
       "files cannot be renamed or linked into another directory, even where "
       "both may be written"},
      {"truncate", 3, true,
       "files that may not be written can be truncated, where their mode and "
       "their mount allow it"},
      {"ioctl_dev", 5, true,
       "devices that may be opened can be driven by ioctl, where the filter "
       "allows it"}};
  std::vector<LandlockGap> missing;
  for (const LandlockGap& gap : gaps) {
    if (gap.since_abi > abi) missing.push_back(gap);
  }
  return missing;
}

}  // namespace

LandlockPlan MakeLandlockPlan(std::span<const PlanFileRule> files, int abi) {
  LandlockPlan plan;
  plan.abi = std::clamp(abi, 0, kNewestLandlockAbi);
  if (plan.abi == 0) {
    plan.gaps.push_back({"all", 1, true,
                         "the kernel has no Landlock: file rules are enforced "
                         "by mounts alone"});
    return plan;
  }
  plan.handled_fs = LandlockHandledFs(plan.abi);
  std::map<std::pair<std::string, bool>, uint64_t> rights;
  for (const PlanFileRule& file : files) {
    rights[{file.path, file.hierarchy}] |=
        LandlockRightsFor(GrantOf(file)) & plan.handled_fs;
  }
  for (const auto& [key, granted] : rights) {
    plan.rules.push_back({key.first, key.second, granted});
  }
  plan.gaps = GapsOf(plan.abi);
  return plan;
}

}  // namespace bailey::policy
