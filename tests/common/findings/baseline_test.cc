#include "common/findings/baseline.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "common/findings/capability_findings.h"
#include "tests/common/findings/sample.h"

namespace bailey {
namespace {

// How many findings of `now` a baseline of `before` leaves.
long NewFindings(const Report& before, const Report& now) {
  std::vector<Finding> findings = ReportFindings(now);
  MarkKnown(before, findings);
  return std::ranges::count_if(
      findings, [](const Finding& finding) { return !finding.suppression; });
}

constexpr auto kProved = Confidence::kProved;
constexpr auto kLikely = Confidence::kOverApproximated;

TEST(BaselineTest, MovedLinesAreNotNew) {
  EXPECT_EQ(NewFindings(ReportOf({SocketCall(kProved, {{"a.c", 3, 1, "f"}})}),
                        ReportOf({SocketCall(kProved, {{"a.c", 9, 5, "f"}})})),
            0);
}

TEST(BaselineTest, AnotherCallInTheSameFunctionIs) {
  const Report before = ReportOf({SocketCall(kProved, {{"a.c", 3, 1, "f"}})});
  EXPECT_EQ(NewFindings(before,
                        ReportOf({SocketCall(kProved, {{"a.c", 3, 1, "f"},
                                                       {"a.c", 4, 1, "f"}})})),
            1);
  EXPECT_EQ(NewFindings(before,
                        ReportOf({SocketCall(kProved, {{"a.c", 3, 1, "f"},
                                                       {"a.c", 9, 1, "g"}})})),
            1);
}

TEST(BaselineTest, WhatBecameProvedIsNew) {
  EXPECT_EQ(NewFindings(ReportOf({SocketCall(kLikely, {{"a.c", 3, 1, "f"}})}),
                        ReportOf({SocketCall(kProved, {{"a.c", 3, 1, "f"}})})),
            1);
}

TEST(BaselineTest, MorePlacesOfWhatWasLikelyAreNotNew) {
  EXPECT_EQ(NewFindings(ReportOf({SocketCall(kLikely, {{"a.c", 3, 1, "f"}})}),
                        ReportOf({SocketCall(kLikely, {{"a.c", 3, 1, "f"},
                                                       {"b.c", 1, 1, "g"}})})),
            0);
}

TEST(BaselineTest, WiderArgumentsAreNewAndNarrowerAreNot) {
  Capability any = SocketCall(kProved, {{"a.c", 3, 1, "f"}});
  Capability two = any;
  two.arguments = {{0, "family", {{1, 2}}}};
  Capability one = any;
  one.arguments = {{0, "family", {{1, 1}}}};
  EXPECT_EQ(NewFindings(ReportOf({any}), ReportOf({one})), 0);
  EXPECT_EQ(NewFindings(ReportOf({two}), ReportOf({one})), 0);
  EXPECT_EQ(NewFindings(ReportOf({one}), ReportOf({two})), 1);
  EXPECT_EQ(NewFindings(ReportOf({one}), ReportOf({any})), 1);
}

TEST(BaselineTest, WhatOnlyStartMadeIsNewWhenServing) {
  Capability serving = SocketCall(kLikely, {});
  Capability startup = serving;
  startup.phase = Phase::kStartup;
  EXPECT_EQ(NewFindings(ReportOf({startup}), ReportOf({serving})), 1);
  EXPECT_EQ(NewFindings(ReportOf({serving}), ReportOf({startup})), 0);
}

TEST(BaselineTest, UnresolvedPlacesAreComparedByReasonAndFunction) {
  Report before;
  before.unresolved = {{"indirect call", {"a.c", 3, 1, "f"}, "any function"}};
  Report now = before;
  now.unresolved[0].site.line = 9;
  EXPECT_EQ(NewFindings(before, now), 0);
  now.unresolved.push_back(now.unresolved[0]);
  EXPECT_EQ(NewFindings(before, now), 1);
}

}  // namespace
}  // namespace bailey
