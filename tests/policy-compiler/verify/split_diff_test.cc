#include "policy-compiler/verify/split_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "+what" is looser, "-what" stricter.
std::vector<std::string> Differences(std::string_view before,
                                     std::string_view after) {
  GrantDifferences differences;
  DiffSplitWords(MustLoad(before), MustLoad(after), differences);
  std::vector<std::string> texts;
  for (const GrantDifference& each : differences)
    texts.push_back((each.relation == Relation::kLooser ? "+" : "-") +
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

TEST(SplitDiffTest, BoundsAreOrdered) {
  const std::string none = "declassify f -> mac;";
  const std::string less = "declassify f -> mac, at most 8 bits per call;";
  const std::string more = "declassify f -> value, at most 9 bits per call;";
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

TEST(SplitDiffTest, FailuresAndOutlinesLetNothingCross) {
  EXPECT_THAT(Differences("", "failure f -> 0 errno EIO;"), IsEmpty());
  EXPECT_THAT(Differences("", "outline f from main;"), IsEmpty());
}

}  // namespace
}  // namespace bailey::policy
