// What callers may find of a credential in what a call gives them, and what is
// left of that where a function is declassified.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "analyzer/report/analyze.h"
#include "tests/analyzer/build_folder.h"

namespace bailey::analyzer {
namespace {

using ::testing::Contains;
using ::testing::IsSupersetOf;
using ::testing::Not;

// "caller callee parameter", of what does not need an assumption.
std::set<std::string> ExposuresWith(
    const std::vector<std::string>& declassified, Flow* flow = nullptr) {
  const std::string folder = BAILEY_TESTDATA "/analyzer/exposures/";
  const BuildFolder build({folder + "program.c"});
  EXPECT_TRUE(build.written());
  AnalyzeOptions options;
  options.build_directory = build.path();
  options.root = folder;
  options.credentials.credentials = {*ParseCredential("key=file:/run/key")};
  for (const std::string& each : declassified)
    options.credentials.declassified.push_back(*ParseDeclassified(each));
  const auto analysis = Analyze(options);
  EXPECT_TRUE(analysis.ok());
  std::set<std::string> found;
  for (const FlowExposure& each : analysis->flow.exposures)
    if (each.confidence == Confidence::kOverApproximated)
      found.insert(each.caller + " " + each.callee + " " +
                   std::to_string(each.parameter));
  if (flow != nullptr) *flow = analysis->flow;
  return found;
}

TEST(ExposuresTest, AreWhatACallGivesItsCaller) {
  const std::set<std::string> found = ExposuresWith({});
  EXPECT_THAT(
      found, IsSupersetOf({"main peek -1", "main collect -1",
                           "copy_for copy_out 0", "pass_on copy_for 0",
                           "main pass_on -1", "pass_on use -1", "run_mac mac 1",
                           "run_mac show 0", "mac program.c:fill 0"}));
  for (const char* none :
       {"main status -1", "main leave -1", "main load -1", "main peek 0",
        "run_mac mac 0", "mac program.c:fill 1"})
    EXPECT_THAT(found, Not(Contains(none)));
}

TEST(ExposuresTest, WhatADeclassifiedFunctionGivesBackIsNone) {
  const std::set<std::string> found = ExposuresWith({"mac=mac"});
  EXPECT_THAT(found, Not(Contains("run_mac mac 1")));
  EXPECT_THAT(found, Not(Contains("run_mac show 0")));
  // Nor is what it reads back from there; what else there is stays what it was.
  EXPECT_THAT(found, Not(Contains("mac program.c:fill 0")));
  EXPECT_THAT(found, IsSupersetOf({"main peek -1", "pass_on copy_for 0"}));
}

TEST(ExposuresTest, OfWhatItLeavesElsewhereNothingIsDeclassified) {
  EXPECT_THAT(ExposuresWith({"leave=value"}), Contains("main collect -1"));
}

TEST(ExposuresTest, ANameThatIsNoFunctionDeclassifiesNothing) {
  EXPECT_EQ(ExposuresWith({"macs=mac"}), ExposuresWith({}));
}

TEST(ExposuresTest, WhoGetsTheCredentialIsNamed) {
  Flow flow;
  ExposuresWith({}, &flow);
  ASSERT_EQ(flow.sources.size(), 1u);
  EXPECT_EQ(flow.sources[0].function, "load");
  EXPECT_EQ(flow.sources[0].label, "key");
  EXPECT_EQ(flow.sources[0].confidence, Confidence::kProved);
  EXPECT_EQ(flow.sources[0].site.line, 12);
}

TEST(ExposuresTest, TheDocumentKeepsThem) {
  Flow flow;
  ExposuresWith({}, &flow);
  const auto read = ParseFlow(WriteFlow(flow), "flow.json");
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->exposures.size(), flow.exposures.size());
  ASSERT_EQ(read->sources.size(), 1u);
  EXPECT_EQ(read->sources[0].site.line, 12);
  EXPECT_EQ(read->exposures[0].callee, flow.exposures[0].callee);
  for (const FlowFunction& each : read->functions)
    if (each.name == "main") {
      EXPECT_EQ(each.extent.end_line - each.extent.line, 7);
    }
  EXPECT_EQ(WriteFlow(*read), WriteFlow(flow));
}

TEST(ExposuresTest, WhatNamesNoDeclassifiedFunctionIsRefused) {
  for (const char* text : {"", "f", "f=", "=mac", "f=secret", "f=mac "})
    EXPECT_FALSE(ParseDeclassified(text).ok()) << text;
  EXPECT_TRUE(ParseDeclassified("f=descriptor")->gives_descriptors);
  EXPECT_FALSE(ParseDeclassified("f=mac")->gives_descriptors);
}

}  // namespace
}  // namespace bailey::analyzer
