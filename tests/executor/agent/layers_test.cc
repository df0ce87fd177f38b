#include "executor/agent/layers.h"

#include <gmock/gmock.h>

namespace bailey::executor {
namespace {

using testing::HasSubstr;

InstanceSpec FullSpec() {
  InstanceSpec spec;
  spec.own_identities = true;
  spec.plan.portions.resize(1);
  PlanFilter filter;
  filter.kind = FilterKind::kNotify;
  filter.solver = "z3 4.8.12";
  spec.plan.portions[0].filters = {filter};
  return spec;
}

TEST(LayersTest, AFullHostLacksNothing) {
  EXPECT_TRUE(RefuseMissing(ListLayers(FullSpec(), 6)).ok());
}

TEST(LayersTest, EachGapIsNamedAndRefused) {
  InstanceSpec rootless = FullSpec();
  rootless.own_identities = false;
  InstanceSpec unproved = FullSpec();
  unproved.plan.portions[0].filters[0].solver.clear();
  InstanceSpec limited = FullSpec();
  limited.plan.portions[0].limits.memory_bytes = 1;
  const auto refusal = [](const InstanceSpec& spec, int abi) {
    const Result<> refused = RefuseMissing(ListLayers(spec, abi));
    return refused.ok() ? "" : refused.error().message;
  };
  EXPECT_THAT(refusal(rootless, 6), HasSubstr("identities"));
  EXPECT_THAT(refusal(unproved, 6), HasSubstr("seccomp"));
  EXPECT_THAT(refusal(limited, 6), HasSubstr("memory limit"));
  limited.limits = {{"memory limit", "cgroup v1 memory", ""}};
  EXPECT_EQ(refusal(limited, 6), "");
  limited.limits[0].gap = "no controller";
  EXPECT_THAT(refusal(limited, 6), HasSubstr("no controller; RLIMIT"));
  limited.plan.portions[0].limits = {.memory_bytes = 0,
                                     .wall_ms = 0,
                                     .cpu_percent = 5,
                                     .pids = 5,
                                     .output_bytes = 0};
  EXPECT_THAT(refusal(limited, 6), HasSubstr("process limit"));
  EXPECT_THAT(refusal(limited, 6), HasSubstr("nothing bounds it"));
  EXPECT_THAT(refusal(FullSpec(), 0), HasSubstr("no Landlock"));
  EXPECT_THAT(refusal(FullSpec(), 3), HasSubstr("no TCP"));
}

}  // namespace
}  // namespace bailey::executor
