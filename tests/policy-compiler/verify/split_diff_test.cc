#include "policy-compiler/verify/split_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "+what" is looser, "-what" stricter, "?what" neither.
std::vector<std::string> Differences(std::string_view before,
                                     std::string_view after) {
  GrantDifferences differences;
  DiffSplitWords(MustLoad(before), MustLoad(after), differences);
  std::vector<std::string> texts;
  for (const GrantDifference& each : differences)
    texts.push_back((each.relation == Relation::kLooser         ? "+"
                     : each.relation == Relation::kIncomparable ? "?"
                                                                : "-") +
                    each.what);
  return texts;
}

TEST(SplitDiffTest, AWordMoreThatLetsSomethingCrossIsLooser) {
  for (const std::string word :
       {"declassify sign -> mac;", "separate count;", "pass verbose;"}) {
    const std::string what = word.substr(0, word.find_first_of("-;"));
    const std::string text =
        what.ends_with(' ') ? what.substr(0, what.size() - 1) : what;
    EXPECT_THAT(Differences("", word), ElementsAre("+" + text));
    EXPECT_THAT(Differences(word, ""), ElementsAre("-" + text));
    EXPECT_THAT(Differences(word, word), IsEmpty());
  }
}

// It decides how much crosses.
TEST(SplitDiffTest, WhatIsSaidOfParametersCounts) {
  const auto policy = [](const std::string& said) {
    return "portion a trusted { function f" + said +
           "; } portion b untrusted { input function p; }";
  };
  EXPECT_THAT(Differences(policy(""), policy("(array q by n)")),
              ElementsAre("+array q of f by n"));
  EXPECT_THAT(Differences(policy("(string q)"), policy("")),
              ElementsAre("-string q of f"));
}

TEST(SplitDiffTest, BoundsAreOrdered) {
  const std::string none = "declassify f -> mac;";
  const std::string less = "declassify f -> mac, at most 8 bits per call;";
  const std::string more = "declassify f -> mac, at most 9 bits per call;";
  EXPECT_THAT(Differences(less, more), ElementsAre("+declassify f"));
  EXPECT_THAT(Differences(more, less), ElementsAre("-declassify f"));
  EXPECT_THAT(Differences(more, none), ElementsAre("+declassify f"));
  EXPECT_THAT(Differences(none, less), ElementsAre("-declassify f"));
}

TEST(SplitDiffTest, WhoIsTrustedAndWhoParsesCount) {
  const std::string two =
      "portion a trusted { function f, g; } portion b untrusted { input "
      "function p; }";
  const std::string one =
      "portion a trusted { function f; } portion b untrusted { input function "
      "p, q; }";
  EXPECT_THAT(Differences(one, two),
              ElementsAre("+function g in a", "+input function q"));
  EXPECT_THAT(Differences(two, one),
              ElementsAre("-input function q", "-function g in a"));
}

TEST(SplitDiffTest, ProgramsAndWhomTheyServeCount) {
  const auto policy = [](const std::string& seal, const std::string& served) {
    return "portion desk untrusted { program \"desk\"; } portion other "
           "untrusted { program \"other\"; } portion seal trusted { program " +
           seal + "; serves \"/run/v/s\" to " + served + "; }";
  };
  const std::string one = policy("\"seal\"", "desk");
  const std::string two = policy("\"seal\"", "desk, other");
  EXPECT_THAT(Differences(one, two),
              ElementsAre("+seal serves /run/v/s to other"));
  EXPECT_THAT(Differences(two, one),
              ElementsAre("-seal serves /run/v/s to other"));
  EXPECT_THAT(Differences(one, policy("\"seal\", \"-v\"", "desk")),
              ElementsAre("?program in seal"));
}

TEST(SplitDiffTest, KindsAreOrderedByWhatTheyLetOut) {
  const std::string verdict = "declassify f -> verdict;";
  for (const char* kind : {"mac", "value", "handle", "descriptor"}) {
    const std::string more = std::string("declassify f -> ") + kind + ";";
    EXPECT_THAT(Differences(verdict, more), ElementsAre("+declassify f"));
    EXPECT_THAT(Differences(more, verdict), ElementsAre("-declassify f"));
  }
  EXPECT_THAT(Differences("declassify f -> mac;", "declassify f -> signature;"),
              IsEmpty());
  // More of one and less of the other.
  EXPECT_THAT(Differences("declassify f -> value, at most 8 bits per call;",
                          "declassify f -> verdict;"),
              ElementsAre("?declassify f"));
}

TEST(SplitDiffTest, FewerReadersAreLooser) {
  const std::string rest =
      " portion s trusted { uses k; function f; } portion u untrusted {}";
  const std::string none = "credential k from file \"/k\";" + rest;
  const std::string one = "credential k from file \"/k\" by f;" + rest;
  const std::string two = "credential k from file \"/k\" by f, g;" + rest;
  EXPECT_THAT(Differences(two, one), ElementsAre("+credential k by g"));
  EXPECT_THAT(Differences(one, two), ElementsAre("-credential k by g"));
  EXPECT_THAT(Differences(none, one),
              Contains("+credential k by named functions"));
  EXPECT_THAT(Differences(one, none),
              Contains("-credential k by named functions"));
}

TEST(SplitDiffTest, ACredentialThatIsStrictIsStricter) {
  const std::string rest =
      " portion s trusted { uses k; function f; } portion u untrusted {}";
  const std::string loose = "credential k from file \"/k\";" + rest;
  const std::string strict = "credential k from file \"/k\" strict;" + rest;
  EXPECT_THAT(Differences(loose, strict), ElementsAre("-credential k strict"));
  EXPECT_THAT(Differences(strict, loose), ElementsAre("+credential k strict"));
}

TEST(SplitDiffTest, WhatACallGivesThatWasNotMadeIsNoDetail) {
  const std::string word = "failure f -> 0 errno EIO;";
  EXPECT_THAT(Differences("", word), ElementsAre("+failure f"));
  EXPECT_THAT(Differences(word, ""), ElementsAre("-failure f"));
  EXPECT_THAT(Differences(word, "failure f -> 1 errno EIO;"),
              ElementsAre("?failure f"));
}

TEST(SplitDiffTest, OutlinesLetNothingCross) {
  EXPECT_THAT(Differences("", "outline f from main;"), IsEmpty());
}

}  // namespace
}  // namespace bailey::policy
