#include "policy-compiler/seccomp/frequency_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey::policy {
namespace {

TEST(ParseFrequencyJson, CountsCallsByNumber) {
  const auto read = ParseFrequencyJson(R"({"read": 220.5, "futex": 250})",
                                       "app.json", Architecture::kX8664);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, (Frequencies{{0, 220.5}, {202, 250}}));
}

TEST(ParseFrequencyJson, NamesEveryMistake) {
  const auto read =
      ParseFrequencyJson(R"({"raed": 1, "write": "2", "close": -3})",
                         "app.json", Architecture::kX8664);
  ASSERT_FALSE(read.ok());
  EXPECT_THAT(
      read.error().message,
      testing::AllOf(testing::HasSubstr("raed"), testing::HasSubstr("write"),
                     testing::HasSubstr("close")));
}

TEST(ParseFrequencyJson, RefusesWhatIsNoObject) {
  for (const char* text : {"[]", "1", "", R"({"read": 1, "read": 2})"}) {
    EXPECT_FALSE(
        ParseFrequencyJson(text, "app.json", Architecture::kX8664).ok())
        << text;
  }
}

}  // namespace
}  // namespace bailey::policy
