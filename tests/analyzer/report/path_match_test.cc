#include "analyzer/report/path_match.h"

#include <gtest/gtest.h>

namespace bailey::analyzer {
namespace {

TEST(PathMatchTest, LiteralsAreCertain) {
  EXPECT_EQ(MatchPath("/run/key", "/run/key"), Match::kCertain);
  EXPECT_EQ(MatchPath("/run//./key", "/run/key"), Match::kCertain);
  EXPECT_EQ(MatchPath("/run/\\*key", "/run/*key"), Match::kCertain);
  EXPECT_EQ(MatchPath("/run/key2", "/run/key"), Match::kNo);
  EXPECT_EQ(MatchPath("/run/ke", "/run/key"), Match::kNo);
  EXPECT_EQ(MatchPath("", "/run/key"), Match::kNo);
}

TEST(PathMatchTest, WhatIsOpenMayMatch) {
  for (const char* pattern : {"*", "/run/*", "/run/k*y", "$DIR/key", "argv[..]",
                              "/run/argv[..]", "$A$B", "/run/key*"})
    EXPECT_EQ(MatchPath(pattern, "/run/key"), Match::kMaybe) << pattern;
  EXPECT_EQ(MatchPath("/run/*.pid", "/run/key"), Match::kNo);
  EXPECT_EQ(MatchPath("/var/*/other", "/run/key"), Match::kNo);
}

// What is put in may have `..` in it.
TEST(PathMatchTest, WhatIsOpenMayLeadUp) {
  for (const char* pattern : {"/var/$NAME", "/srv/www/*", "/srv/*/key",
                              "*./key", "*../key", "/srv/*./../key"})
    EXPECT_EQ(MatchPath(pattern, "/run/key"), Match::kMaybe) << pattern;
  EXPECT_EQ(MatchPath("/srv/www/*.html", "/run/key"), Match::kNo);
  EXPECT_EQ(MatchPath("*../other", "/run/key"), Match::kNo);
}

TEST(PathMatchTest, TellingNamesSayHowTheyEndOrBegin) {
  const auto matches = [](const char* pattern) {
    return MatchTellingPath(pattern, "/proc/self/environ") != Match::kNo;
  };
  for (const char* pattern : {"environ", "*/environ", "/proc/*/environ",
                              "/proc/self/*", "/proc/*", "/srv/*/environ"})
    EXPECT_TRUE(matches(pattern)) << pattern;
  for (const char* pattern : {"*", "/srv/*", "$NAME", "other", "*/maps", ""})
    EXPECT_FALSE(matches(pattern)) << pattern;
}

// Relative to a folder that is not known.
TEST(PathMatchTest, RelativeNamesMayMatch) {
  EXPECT_EQ(MatchPath("key", "/run/key"), Match::kMaybe);
  EXPECT_EQ(MatchPath("./key", "/run/key"), Match::kMaybe);
  EXPECT_EQ(MatchPath("run/key", "/run/key"), Match::kMaybe);
  EXPECT_EQ(MatchPath("../key", "/run/key"), Match::kMaybe);
  EXPECT_EQ(MatchPath("y", "/run/key"), Match::kNo);
  EXPECT_EQ(MatchPath("etc/key", "/run/key"), Match::kNo);
}

TEST(PathMatchTest, DotsMayLeadAnywhere) {
  EXPECT_EQ(MatchPath("/run/x/../key", "/run/key"), Match::kMaybe);
  EXPECT_EQ(MatchPath("/link/../key", "/run/key"), Match::kMaybe);
  EXPECT_EQ(MatchPath("/run/../other", "/run/key"), Match::kNo);
}

TEST(TextMatchTest, OfSeveralTextsEachMayBe) {
  EXPECT_EQ(MatchText(Texts::Any(), "KEY"), Match::kMaybe);
  EXPECT_EQ(MatchText(Texts{false, {"KEY"}}, "KEY"), Match::kCertain);
  EXPECT_EQ(MatchText(Texts{false, {"KEY", "HOME"}}, "KEY"), Match::kMaybe);
  EXPECT_EQ(MatchText(Texts{false, {"HOME"}}, "KEY"), Match::kNo);
  EXPECT_EQ(MatchText(Texts{false, {}}, "KEY"), Match::kNo);
}

}  // namespace
}  // namespace bailey::analyzer
