#include "policy-compiler/check/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/findings/rules.h"
#include "common/json.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

Capability Socket(Confidence confidence, std::vector<SourceSite> sites) {
  Capability capability;
  capability.name = "socket";
  capability.number = 41;
  capability.confidence = confidence;
  capability.sites = std::move(sites);
  return capability;
}

class CheckFindingsTest : public ::testing::Test {
 protected:
  void Deny(Capability capability) {
    result_.denied.push_back(
        {std::move(capability), "worker", Certainty::kNever, {}});
  }
  void Doubt(Capability capability) {
    result_.undecided.push_back(
        {std::move(capability), "worker", Certainty::kNever, {}});
  }

  std::vector<Finding> Findings() { return CheckFindings(result_, report_); }

  // With every finding suppressed at whose index `suppressed` says so.
  CheckResult Without(const std::vector<size_t>& suppressed) {
    std::vector<Finding> findings = Findings();
    for (const size_t i : suppressed)
      findings.at(i).suppression = FindingSuppression{true, "agreed"};
    return WithoutSuppressed(result_, findings);
  }

  Report report_;
  CheckResult result_;
  const std::vector<SourceSite> both_ = {{"a.c", 2, 1, "f"},
                                         {"a.c", 9, 1, "g"}};
};

TEST_F(CheckFindingsTest, LevelsSayHowSureAndHowGrave) {
  Deny(Socket(Confidence::kProved, both_));
  Doubt(Socket(Confidence::kOverApproximated, both_));
  Capability startup = Socket(Confidence::kOverApproximated, {});
  startup.phase = Phase::kStartup;
  Doubt(startup);
  const std::vector<Finding> findings = Findings();
  ASSERT_EQ(findings.size(), 4u);
  EXPECT_EQ(findings[0].rule, kDeniedRule);
  EXPECT_EQ(findings[0].level, FindingLevel::kError);
  EXPECT_EQ(findings[1].level, FindingLevel::kError);
  EXPECT_EQ(findings[2].rule, kUndecidedRule);
  EXPECT_EQ(findings[2].level, FindingLevel::kWarning);
  EXPECT_EQ(findings[3].level, FindingLevel::kNote);
  EXPECT_THAT(findings[0].message,
              HasSubstr("portion `worker` calls `socket`"));
}

TEST_F(CheckFindingsTest, ASuppressedPlaceLeavesTheOthers) {
  Deny(Socket(Confidence::kProved, both_));
  const CheckResult one = Without({0});
  ASSERT_EQ(one.denied.size(), 1u);
  ASSERT_EQ(one.denied[0].capability.sites.size(), 1u);
  EXPECT_EQ(one.denied[0].capability.sites[0].function, "g");
  EXPECT_EQ(one.exit_code(), 1);
  const CheckResult none = Without({0, 1});
  EXPECT_TRUE(none.denied.empty());
  EXPECT_EQ(none.suppressed.size(), 2u);
  EXPECT_EQ(none.exit_code(), 0);
}

TEST_F(CheckFindingsTest, NothingIsSuppressedWithoutASuppression) {
  Deny(Socket(Confidence::kProved, both_));
  Doubt(Socket(Confidence::kOverApproximated, {}));
  report_.unresolved = {{"indirect call", {}, "any"}};
  result_.unresolved_count = 1;
  const CheckResult same = Without({});
  EXPECT_EQ(same.denied[0].capability.sites, both_);
  EXPECT_EQ(same.undecided.size(), 1u);
  EXPECT_EQ(same.unresolved_count, 1u);
}

TEST_F(CheckFindingsTest, EveryKindOfDoubtCanBeSuppressed) {
  Doubt(Socket(Confidence::kOverApproximated, both_));
  Capability file;
  file.kind = CapabilityKind::kFile;
  file.name = "/etc/shadow";
  result_.unchecked.push_back(file);
  report_.unresolved = {{"indirect call", both_[0], "any"}};
  result_.unresolved_count = 1;
  ASSERT_EQ(Findings().size(), 3u);
  EXPECT_EQ(Without({0, 1}).exit_code(), 3);
  EXPECT_EQ(Without({1, 2}).exit_code(), 3);
  EXPECT_EQ(Without({0, 2}).exit_code(), 3);
  EXPECT_EQ(Without({0, 1, 2}).exit_code(), 0);
}

TEST_F(CheckFindingsTest, AMalformedSuppressionIsANo) {
  Finding bad;
  bad.rule = kBadSuppressionRule;
  bad.message = "the reason is missing";
  bad.sites = {both_[0]};
  const CheckResult result = WithoutSuppressed(result_, {bad});
  EXPECT_EQ(result.exit_code(), 1);
  EXPECT_THAT(RenderCheckText(result), HasSubstr("a.c:2: the reason"));
}

TEST_F(CheckFindingsTest, TextAndJsonSayWhatIsSuppressedAndWhy) {
  Deny(Socket(Confidence::kProved, both_));
  const CheckResult result = Without({1});
  EXPECT_THAT(RenderCheckText(result),
              HasSubstr("denied-syscall socket at a.c:9: agreed"));
  const Json json = ParseJson(RenderCheckJson(result), "check").value();
  ASSERT_EQ(json["suppressed"].size(), 1u);
  EXPECT_EQ(json["suppressed"][0]["by"], "source");
  EXPECT_EQ(json["suppressed"][0]["reason"], "agreed");
  EXPECT_EQ(json["suppressed"][0]["sites"][0]["line"], 9);
}

}  // namespace
}  // namespace bailey::policy
