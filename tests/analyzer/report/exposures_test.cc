// What callers may find of a credential in what a call gives them, and what is
// left of that where a function is declassified.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
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
    const std::vector<std::string>& declassified, Flow* flow = nullptr,
    const std::string& file = "program.c",
    const std::set<std::string, std::less<>>& strict = {}) {
  const std::string folder = BAILEY_TESTDATA "/analyzer/exposures/";
  const BuildFolder build({folder + file});
  EXPECT_TRUE(build.written());
  AnalyzeOptions options;
  options.build_directory = build.path();
  options.root = folder;
  options.credentials.credentials = {*ParseCredential("key=file:/run/key")};
  options.credentials.strict = strict;
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

TEST(ExposuresTest, OfAStrictCredentialWhatItDecidesIsOne) {
  const std::string file = "program.c";
  EXPECT_THAT(ExposuresWith({}, nullptr, file, {"key"}),
              IsSupersetOf({"main status -1", "main peek -1", "main choose -1",
                            "main spell 0", "main jumped -1"}));
  for (const char* none : {"main choose -1", "main spell 0", "main jumped -1"})
    EXPECT_THAT(ExposuresWith({}), Not(Contains(none)));
  EXPECT_EQ(ExposuresWith({}, nullptr, file, {"other"}), ExposuresWith({}));
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
      EXPECT_EQ(each.extent.end_line - each.extent.line, 10);
    }
  EXPECT_EQ(WriteFlow(*read), WriteFlow(flow));
}

TEST(ExposuresTest, WhatNamesNoDeclassifiedFunctionIsRefused) {
  for (const char* text : {"", "f", "f=", "=mac", "f=secret", "f=mac "})
    EXPECT_FALSE(ParseDeclassified(text).ok()) << text;
  EXPECT_TRUE(ParseDeclassified("f=descriptor")->gives_descriptors);
  EXPECT_FALSE(ParseDeclassified("f=mac")->gives_descriptors);
}

// Who gives a handle out tells nothing by that; what is behind it is followed
// as ever, for those who look.
TEST(ExposuresTest, OfWhatIsBehindAHandleNothingIsDeclassified) {
  Flow flow;
  const auto found = ExposuresWith({"load=handle"}, &flow, "handles.c");
  EXPECT_THAT(found,
              IsSupersetOf({"main leak -1", "twice leak -1", "main twice -1"}));
  EXPECT_THAT(found, Not(Contains("main load -1")));
  ASSERT_EQ(flow.sources.size(), 1u);
  EXPECT_EQ(flow.sources[0].function, "load");
  for (const FlowFunction& each : flow.functions) {
    const bool looks = each.name == "load" || each.name == "leak";
    EXPECT_EQ(each.looks_into.size(), looks ? 1u : 0u) << each.name;
  }
}

// Of readers.c, by functions: who gets the key, where these are named.
std::map<std::string, Confidence> SourcesWith(
    const std::set<std::string>& readers) {
  const std::string folder = BAILEY_TESTDATA "/analyzer/exposures/";
  const BuildFolder build({folder + "readers.c"});
  EXPECT_TRUE(build.written());
  AnalyzeOptions options;
  options.build_directory = build.path();
  options.root = folder;
  options.credentials.credentials = {*ParseCredential("key=file:/run/key")};
  if (!readers.empty()) options.credentials.readers["key"] = readers;
  const auto analysis = Analyze(options);
  EXPECT_TRUE(analysis.ok());
  std::map<std::string, Confidence> found;
  for (const FlowSource& each : analysis->flow.sources)
    found[each.function] = each.confidence;
  return found;
}

TEST(ReadersTest, WithoutAWordWhoeverOpensAnUnknownNameMayGetIt) {
  const auto found = SourcesWith({});
  EXPECT_TRUE(found.contains("slurp") && found.contains("other"));
  for (const auto& [function, confidence] : found)
    EXPECT_EQ(confidence, Confidence::kOverApproximated) << function;
}

TEST(ReadersTest, WhoIsNamedGetsItAndNobodyElseDoes) {
  const auto found = SourcesWith({"load_key"});
  ASSERT_TRUE(found.contains("load_key"));
  EXPECT_EQ(found.at("load_key"), Confidence::kProved);
  EXPECT_FALSE(found.contains("other") || found.contains("load_page"));
  const auto opener = SourcesWith({"other"});
  EXPECT_EQ(opener.at("other"), Confidence::kProved);
  EXPECT_FALSE(opener.contains("load_key"));
}

// `main` names the file to `other`, and to nobody else who opens.
TEST(ReadersTest, WhoCallsAnOpenerIsOneByThatCallAlone) {
  const auto found = SourcesWith({"main"});
  EXPECT_TRUE(found.contains("main"));
  EXPECT_FALSE(found.contains("load_key") || found.contains("slurp"));
  EXPECT_TRUE(SourcesWith({"nobody"}).empty());
}

}  // namespace
}  // namespace bailey::analyzer
