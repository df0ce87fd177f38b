#include "common/findings/apply_suppressions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "common/digest.h"
#include "common/fd.h"
#include "common/findings/capability_findings.h"
#include "common/findings/rules.h"
#include "tests/common/findings/sample.h"

namespace bailey {
namespace {

using ::testing::HasSubstr;

constexpr char kSource[] =
    "int f() {\n"
    "  return socket();  // bailey-ignore(denied-syscall): agreed\n"
    "}\n"
    "int g() { return socket(); }\n";

class ApplySuppressionsTest : public ::testing::Test {
 protected:
  ApplySuppressionsTest() {
    std::string pattern = "/tmp/bailey-suppress-XXXXXX";
    tree_.root = mkdtemp(pattern.data());
    tree_.base = tree_.root;
    Write(kSource);
    report_.inputs = {{"a.c", Sha256Hex(kSource)}};
  }
  ~ApplySuppressionsTest() override { std::filesystem::remove_all(tree_.root); }

  void Write(std::string_view text) const {
    EXPECT_TRUE(WriteFileAtomically(tree_.Absolute("a.c"), text).ok());
  }

  std::vector<Finding> Apply(const Capability& capability) {
    std::vector<Finding> findings =
        CapabilityFindings(kDeniedRule, capability, "worker");
    notes_ = ApplySuppressions(report_, tree_, findings);
    return findings;
  }

  SourceTree tree_;
  Report report_;
  std::vector<std::string> notes_;
  const std::vector<SourceSite> both_ = {{"a.c", 2, 10, "f"},
                                         {"a.c", 4, 18, "g"}};
};

TEST_F(ApplySuppressionsTest, EachProvedPlaceIsOnItsOwn) {
  const auto findings = Apply(SocketCall(Confidence::kProved, both_));
  ASSERT_EQ(findings.size(), 2u);
  ASSERT_TRUE(findings[0].suppression);
  EXPECT_EQ(findings[0].suppression->reason, "agreed");
  EXPECT_TRUE(findings[0].suppression->in_source);
  EXPECT_FALSE(findings[1].suppression);
}

TEST_F(ApplySuppressionsTest, AFindingOfSeveralPlacesNeedsThemAll) {
  const auto some = Apply(SocketCall(Confidence::kOverApproximated, both_));
  ASSERT_EQ(some.size(), 1u);
  EXPECT_FALSE(some[0].suppression);
  const auto one = Apply(SocketCall(Confidence::kOverApproximated, {both_[0]}));
  EXPECT_TRUE(one[0].suppression);
  const auto none = Apply(SocketCall(Confidence::kOverApproximated, {}));
  EXPECT_FALSE(none[0].suppression);
}

TEST_F(ApplySuppressionsTest, ASourceThatChangedSinceSuppressesNothing) {
  Write("\n" + std::string(kSource));
  const auto findings = Apply(SocketCall(Confidence::kProved, both_));
  EXPECT_FALSE(findings[0].suppression);
  ASSERT_EQ(notes_.size(), 1u);
  EXPECT_THAT(notes_[0], HasSubstr("`a.c`"));
}

TEST_F(ApplySuppressionsTest, SourcesOutsideTheRepositoryHaveNoSay) {
  tree_.base = tree_.root + "/elsewhere";
  EXPECT_FALSE(Apply(SocketCall(Confidence::kProved, both_))[0].suppression);
}

TEST_F(ApplySuppressionsTest, AMalformedOneIsAFinding) {
  constexpr char kBad[] =
      "int f() { return 0; }  // bailey-ignore(unresolved)\n";
  Write(kBad);
  report_.inputs = {{"a.c", Sha256Hex(kBad)}};
  const auto findings = Apply(SocketCall(Confidence::kProved, both_));
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[2].rule, kBadSuppressionRule);
  EXPECT_EQ(findings[2].level, FindingLevel::kError);
  EXPECT_EQ(findings[2].sites[0].line, 1);
}

}  // namespace
}  // namespace bailey
