#include "policy-compiler/check/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

Capability Call(uint32_t number, std::string name, Confidence confidence,
                std::string function) {
  Capability capability;
  capability.name = std::move(name);
  capability.number = number;
  capability.confidence = confidence;
  if (!function.empty())
    capability.sites = {{"a.c", 7, 3, std::move(function)}};
  capability.path = {"main", capability.name};
  return capability;
}

class CheckTest : public ::testing::Test {
 protected:
  CheckTest() {
    policy_.name = "p";
    AddPortion("signer", {0, 257});
    AddPortion("worker", {0});
    placement_.portions[0].symbols = {{"sign", "function", "placed", ""},
                                      {"hex", "function", "replica", ""}};
    placement_.portions[1].symbols = {{"main", "function", "placed", ""},
                                      {"sign", "function", "stub", ""},
                                      {"hex", "function", "replica", ""}};
  }

  void AddPortion(const std::string& name,
                  const std::vector<uint32_t>& allowed) {
    PortionPolicy portion;
    portion.name = name;
    portion.otherwise = {ActionKind::kErrno, 1};
    for (const uint32_t number : allowed)
      portion.syscalls.push_back({number, {}, {ActionKind::kAllow, 0}, 16});
    policy_.portions.push_back(portion);
    PlanPortion planned;
    planned.name = name;
    placement_.portions.push_back(planned);
  }

  CheckResult Run(std::vector<Capability> capabilities) {
    Report report;
    report.capabilities = std::move(capabilities);
    return Check(policy_, report, &placement_);
  }

  Policy policy_;
  Plan placement_;
};

TEST_F(CheckTest, AProvedCallThatItsPortionRefusesIsDenied) {
  const CheckResult result =
      Run({Call(257, "openat", Confidence::kProved, "main")});
  ASSERT_EQ(result.denied.size(), 1u);
  EXPECT_EQ(result.denied[0].portion, "worker");
  EXPECT_EQ(result.exit_code(), 1);
}

TEST_F(CheckTest, WhatHappensWhileServingBothFiltersMustAllow) {
  PortionPolicy serving = policy_.portions[0];
  serving.name = "signer serving";
  serving.syscalls.pop_back();  // openat
  policy_.portions[0].serving = {serving};
  Capability call = Call(257, "openat", Confidence::kProved, "sign");
  call.phase = Phase::kServing;
  EXPECT_EQ(Run({call}).denied.size(), 1u);
  call.phase = Phase::kStartup;
  EXPECT_EQ(Run({call}).allowed_count, 1u);
}

TEST_F(CheckTest, TheSameCallInThePortionThatAllowsItIsFine) {
  const CheckResult result =
      Run({Call(257, "openat", Confidence::kProved, "sign")});
  EXPECT_EQ(result.allowed_count, 1u);
  EXPECT_EQ(result.exit_code(), 0);
}

TEST_F(CheckTest, AReplicaMustBeAllowedOnBothSides) {
  const CheckResult result =
      Run({Call(257, "openat", Confidence::kProved, "hex")});
  EXPECT_EQ(result.allowed_count, 1u);
  EXPECT_EQ(result.denied.size(), 1u);
}

TEST_F(CheckTest, AFindingHasTheSitesOfItsPortionOnly) {
  Capability call = Call(257, "openat", Confidence::kProved, "main");
  call.sites.push_back({"b.c", 1, 1, "sign"});
  const CheckResult result = Run({call});
  EXPECT_EQ(result.allowed_count, 1u);
  ASSERT_EQ(result.denied.size(), 1u);
  ASSERT_EQ(result.denied[0].capability.sites.size(), 1u);
  EXPECT_EQ(result.denied[0].capability.sites[0].function, "main");
}

TEST_F(CheckTest, OverApproximatedCallsAreUndecided) {
  const CheckResult result =
      Run({Call(41, "socket", Confidence::kOverApproximated, "main")});
  EXPECT_EQ(result.undecided.size(), 1u);
  EXPECT_EQ(result.exit_code(), 3);
}

TEST_F(CheckTest, WhatHasNoSiteConcernsEveryPortion) {
  const CheckResult result =
      Run({Call(257, "openat", Confidence::kOverApproximated, "")});
  EXPECT_EQ(result.allowed_count, 1u);
  EXPECT_EQ(result.undecided.size(), 1u);
}

TEST_F(CheckTest, WhereItRunsUnknownAllPortionsMustAllow) {
  Report report;
  report.capabilities = {Call(0, "read", Confidence::kProved, "main"),
                         Call(257, "openat", Confidence::kProved, "main"),
                         Call(41, "socket", Confidence::kProved, "main")};
  const CheckResult result = Check(policy_, report, nullptr);
  EXPECT_EQ(result.allowed_count, 1u);
  ASSERT_EQ(result.undecided.size(), 1u);
  EXPECT_EQ(result.undecided[0].capability.name, "openat");
  EXPECT_EQ(result.undecided[0].portion, "worker");
  EXPECT_EQ(result.undecided[0].allowed, Certainty::kPerhaps);
  ASSERT_EQ(result.denied.size(), 1u);
  EXPECT_EQ(result.denied[0].capability.name, "socket");
}

TEST_F(CheckTest, ASiteThatIsPlacedNowhereIsNotTakenForTheKindestPortion) {
  const CheckResult result =
      Run({Call(257, "openat", Confidence::kProved, "elsewhere")});
  EXPECT_EQ(result.allowed_count, 0u);
  EXPECT_EQ(result.undecided.size(), 1u);
}

TEST_F(CheckTest, ASiteThatIsPlacedNowhereCountsBesideOnesThatAre) {
  Capability call = Call(257, "openat", Confidence::kProved, "sign");
  call.sites.push_back({"b.c", 1, 1, "elsewhere"});
  const CheckResult result = Run({call});
  EXPECT_EQ(result.allowed_count, 1u);
  ASSERT_EQ(result.undecided.size(), 1u);
  EXPECT_EQ(result.undecided[0].capability.sites[0].function, "elsewhere");
}

TEST_F(CheckTest, OtherKindsAreNotPassedOverInSilence) {
  Capability file;
  file.kind = CapabilityKind::kFile;
  file.name = "/etc/shadow";
  const CheckResult result = Run({file});
  EXPECT_EQ(result.exit_code(), 3);
  EXPECT_THAT(RenderCheckText(result), HasSubstr("file /etc/shadow"));
  const Result<Json> json = ParseJson(RenderCheckJson(result), "check");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["verdict"], "unknown");
  EXPECT_EQ((*json)["unchecked"][0]["name"], "/etc/shadow");
}

TEST_F(CheckTest, WhatOnlyStartAndExitMakeIsListedApart) {
  Capability loader =
      Call(158, "arch_prctl", Confidence::kOverApproximated, "");
  loader.phase = Phase::kStartup;
  Capability both = Call(41, "socket", Confidence::kOverApproximated, "");
  both.phase = Phase::kStartup;
  const CheckResult result =
      Run({loader, both,
           Call(41, "socket", Confidence::kOverApproximated, "main")});
  const std::string text = RenderCheckText(result);
  EXPECT_THAT(text, HasSubstr("in portion worker (1): socket\n"));
  EXPECT_THAT(text, HasSubstr("in portion worker (1): arch_prctl\n"));
  EXPECT_EQ(result.exit_code(), 3);
}

TEST_F(CheckTest, WhatNobodyResolvedIsNotFine) {
  Report report;
  report.unresolved = {{"indirect call", {}, "any function"}};
  EXPECT_EQ(Check(policy_, report, &placement_).exit_code(), 3);
}

TEST_F(CheckTest, TextAndJsonNameCallPortionRuleAndSite) {
  const CheckResult result =
      Run({Call(257, "openat", Confidence::kProved, "main")});
  EXPECT_THAT(RenderCheckText(result),
              HasSubstr("openat in portion worker: otherwise errno EPERM"));
  EXPECT_THAT(RenderCheckText(result), HasSubstr("at a.c:7:3 in main"));
  const Result<Json> json = ParseJson(RenderCheckJson(result), "check");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["verdict"], "denied");
  EXPECT_EQ((*json)["denied"][0]["sites"][0]["line"], 7);
}

}  // namespace
}  // namespace bailey::policy
