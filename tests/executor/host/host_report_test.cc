#include "executor/host/host_report.h"

#include <gmock/gmock.h>
#include <sys/utsname.h>

#include <algorithm>

#include "common/json.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;

const HostFact& Fact(const HostReport& report, const std::string& name) {
  return *std::ranges::find(report.facts, name, &HostFact::name);
}

TEST(HostReportTest, TellsTheKernelThatRuns) {
  utsname name{};
  ASSERT_EQ(uname(&name), 0);
  EXPECT_THAT(Fact(InspectHost(), "kernel").detail, HasSubstr(name.release));
}

TEST(HostReportTest, KvmIsNeverProvedByADevice) {
  EXPECT_NE(Fact(InspectHost(), "kvm").state, HostState::kThere);
}

TEST(HostReportTest, WhatIsRequiredDecides) {
  HostReport report;
  report.facts = {{"a", HostState::kThere, true, "", ""},
                  {"b", HostState::kMissing, false, "none", "get it"}};
  EXPECT_TRUE(report.CanRun());
  EXPECT_THAT(HostReportText(report), HasSubstr("portions can run here"));
  EXPECT_THAT(HostReportText(report), HasSubstr("get it"));
  report.facts[1].required = true;
  EXPECT_FALSE(report.CanRun());
  EXPECT_THAT(HostReportText(report), HasSubstr("portions cannot run here"));
}

TEST(HostReportTest, JsonSaysTheSame) {
  const HostReport report = InspectHost();
  const auto json = ParseJson(HostReportJson(report), "report");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["can_run"].get<bool>(), report.CanRun());
  EXPECT_EQ((*json)["facts"].size(), report.facts.size());
}

}  // namespace
}  // namespace bailey::executor
