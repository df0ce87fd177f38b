#include "common/findings/sarif.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/findings/capability_findings.h"
#include "common/findings/rules.h"
#include "common/json.h"
#include "tests/common/findings/sample.h"

namespace bailey {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SarifTest : public ::testing::Test {
 protected:
  SarifTest() {
    options_.tool = "bailey 1.2.3";
    options_.tree = {.root = "/home/u/project/src", .base = "/home/u/project"};
    options_.functions = {{"main", {"/home/u/project/src/m.c", 8, 1, "main"}},
                          {"talk", {"/home/u/project/src/a.c", 2, 1, "talk"}}};
  }

  Json Write(const Report& report) {
    log_ = WriteSarif(ReportFindings(report), AnalyzeRules(), options_);
    return ParseJson(log_.text, "sarif").value();
  }
  Json Results(const Report& report) {
    return Write(report)["runs"][0]["results"];
  }

  static Report Proved(int line) {
    return ReportOf(
        {SocketCall(Confidence::kProved, {{"a b.c", line, 3, "talk"}})});
  }

  SarifOptions options_;
  SarifLog log_;
};

TEST_F(SarifTest, AResultHasItsPlaceRelativeToTheRepository) {
  const Json result = Results(Proved(7))[0];
  EXPECT_EQ(result["ruleId"], "syscall");
  EXPECT_EQ(result["level"], "warning");
  const Json place = result["locations"][0]["physicalLocation"];
  EXPECT_EQ(place["artifactLocation"]["uri"], "src/a%20b.c");
  EXPECT_EQ(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
  EXPECT_EQ(place["region"]["startLine"], 7);
  EXPECT_EQ(place["region"]["startColumn"], 3);
  EXPECT_THAT(log_.text, Not(HasSubstr("/home/u")));
}

TEST_F(SarifTest, EveryResultsRuleIsDescribed) {
  Report report = Proved(7);
  report.unresolved = {{"indirect call", {"a.c", 1, 1, "talk"}, "any"}};
  const Json run = Write(report)["runs"][0];
  const Json& rules = run["tool"]["driver"]["rules"];
  ASSERT_EQ(run["results"].size(), 2u);
  for (const Json& result : run["results"]) {
    const Json& rule = rules[result["ruleIndex"].get<size_t>()];
    EXPECT_EQ(rule["id"], result["ruleId"]);
    EXPECT_FALSE(rule["help"]["markdown"].get<std::string>().empty());
  }
  EXPECT_EQ(run["tool"]["driver"]["version"], "1.2.3");
}

TEST_F(SarifTest, AFingerprintSurvivesMovedLines) {
  const Json before = Results(Proved(7))[0]["partialFingerprints"];
  EXPECT_EQ(Results(Proved(70))[0]["partialFingerprints"], before);
  const Json other = Results(
      ReportOf({SocketCall(Confidence::kProved, {{"a b.c", 7, 3, "main"}})}));
  EXPECT_NE(other[0]["partialFingerprints"], before);
}

TEST_F(SarifTest, TwoCallsOfOneFunctionHaveTwoFingerprints) {
  const Json results = Results(ReportOf({SocketCall(
      Confidence::kProved, {{"a.c", 7, 3, "talk"}, {"a.c", 8, 3, "talk"}})}));
  ASSERT_EQ(results.size(), 2u);
  EXPECT_NE(results[0]["partialFingerprints"],
            results[1]["partialFingerprints"]);
}

TEST_F(SarifTest, ACallPathIsACodeFlowFromItsEntryToTheCall) {
  const Json flow = Results(Proved(7))[0]["codeFlows"][0];
  const Json& steps = flow["threadFlows"][0]["locations"];
  ASSERT_EQ(steps.size(), 3u);
  const auto line = [&](size_t i) {
    return steps[i]["location"]["physicalLocation"]["region"]["startLine"];
  };
  EXPECT_EQ(line(0), 8);
  EXPECT_EQ(line(1), 2);
  EXPECT_EQ(line(2), 7);
  EXPECT_EQ(steps[2]["location"]["message"]["text"], "calls socket");
}

TEST_F(SarifTest, WhatIsOverApproximatedIsOneNoteWithItsOtherPlaces) {
  const Json results = Results(
      ReportOf({SocketCall(Confidence::kOverApproximated,
                           {{"m.c", 9, 1, "main"}, {"a.c", 7, 3, "talk"}})}));
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0]["level"], "note");
  // The place that the call path leads through is the one shown.
  EXPECT_EQ(
      results[0]["locations"][0]["physicalLocation"]["region"]["startLine"], 7);
  ASSERT_EQ(results[0]["relatedLocations"].size(), 1u);
  EXPECT_EQ(results[0]["relatedLocations"][0]["physicalLocation"]["region"]
                   ["startLine"],
            9);
}

TEST_F(SarifTest, WithoutAPlaceInTheRepositoryItIsShownAtMain) {
  const Json results = Results(ReportOf(
      {SocketCall(Confidence::kOverApproximated, {}),
       SocketCall(Confidence::kProved, {{"/usr/include/x.h", 3, 1, "x"}})}));
  for (const Json& result : results) {
    const Json place = result["locations"][0]["physicalLocation"];
    EXPECT_EQ(place["artifactLocation"]["uri"], "src/m.c");
    EXPECT_EQ(place["region"]["startLine"], 8);
  }
}

TEST_F(SarifTest, WhatIsSuppressedStaysAndSaysWhy) {
  std::vector<Finding> findings = ReportFindings(Proved(7));
  findings[0].suppression = FindingSuppression{true, "agreed"};
  const Json json =
      ParseJson(WriteSarif(findings, AnalyzeRules(), options_).text, "sarif")
          .value();
  const Json result = json["runs"][0]["results"][0];
  EXPECT_EQ(result["suppressions"][0]["kind"], "inSource");
  EXPECT_EQ(result["suppressions"][0]["justification"], "agreed");
}

TEST_F(SarifTest, WhatIsOverTheLimitsIsCutByLevelAndSaid) {
  Report report = Proved(7);
  report.capabilities.insert(
      report.capabilities.begin(),
      SocketCall(Confidence::kOverApproximated, {{"a.c", 1, 1, "talk"}}));
  options_.limits.results = 1;
  const Json run = Write(report)["runs"][0];
  ASSERT_EQ(run["results"].size(), 1u);
  EXPECT_EQ(run["results"][0]["level"], "warning");
  EXPECT_THAT(log_.cut, HasSubstr("1 results"));
  EXPECT_EQ(
      run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"],
      log_.cut);
}

TEST_F(SarifTest, PlacesAndStepsAreCutToo) {
  options_.limits.places = 1;
  options_.limits.steps = 2;
  const Json results = Results(ReportOf(
      {SocketCall(Confidence::kOverApproximated, {{"m.c", 9, 1, "main"},
                                                  {"m.c", 10, 1, "main"},
                                                  {"a.c", 7, 3, "talk"}})}));
  EXPECT_EQ(results[0]["relatedLocations"].size(), 1u);
  EXPECT_THAT(log_.cut, HasSubstr("1 further places"));
  EXPECT_THAT(log_.cut, HasSubstr("1 steps"));
}

TEST_F(SarifTest, AnothersCallPathIsNotShown) {
  const Json proved = Results(
      ReportOf({SocketCall(Confidence::kProved, {{"m.c", 9, 1, "main"}})}));
  EXPECT_FALSE(proved[0].contains("codeFlows"));
  const Json likely = Results(ReportOf(
      {SocketCall(Confidence::kOverApproximated, {{"b.c", 9, 1, "other"}})}));
  EXPECT_FALSE(likely[0].contains("codeFlows"));
}

TEST_F(SarifTest, TheSizeIsBounded) {
  options_.limits.size_bytes = 100;
  EXPECT_TRUE(Results(Proved(7)).empty());
  EXPECT_THAT(log_.cut, HasSubstr("1 results"));
}

}  // namespace
}  // namespace bailey
