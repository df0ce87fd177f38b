#include "analyzer/flow/text_pattern.h"

#include <gtest/gtest.h>

namespace bailey::analyzer {
namespace {

std::string Only(const Texts& texts) {
  if (texts.any) return "*";
  return texts.patterns.size() == 1 ? *texts.patterns.begin() : "?";
}

TEST(TextPatternTest, FormatsBecomePatterns) {
  const std::vector<Texts> none;
  EXPECT_EQ(Only(Formatted("/run/%s.pid", none, 4096)), "/run/*.pid");
  EXPECT_EQ(
      Only(Formatted("%s/%d%%", {Texts::Literal("/a"), Texts::Any()}, 4096)),
      "/a/*%");
  EXPECT_EQ(Only(Formatted("/%*d%s", {Texts::Literal("x"), Texts::Literal("y")},
                           4096)),
            "/*");
  EXPECT_EQ(Only(Formatted("%s", none, 4096)), "*");
}

TEST(TextPatternTest, ConversionsThatDoNotPrintTheWholeArgumentAreAny) {
  const std::vector<Texts> two = {Texts::Literal("300"), Texts::Literal("b")};
  EXPECT_EQ(Only(Formatted("/%hhd/%s", two, 4096)), "/*/b");
  EXPECT_EQ(Only(Formatted("/%hu/%s", two, 4096)), "/*/b");
  EXPECT_EQ(Only(Formatted("/%ld/%ls", two, 4096)), "/300/*");
  EXPECT_EQ(Only(Formatted("/%m/%s", two, 4096)), "/*/300");
  EXPECT_TRUE(Formatted("/%n/%s", two, 4096).any);
  EXPECT_TRUE(Formatted("/%Id", two, 4096).any);
}

TEST(TextPatternTest, WhatIsCutLosesItsEnd) {
  EXPECT_EQ(Only(Formatted("/run/%s.pid", {}, 16)), "/run/*");
  EXPECT_EQ(Only(Formatted("/run/%s.pid", {}, std::nullopt)), "/run/*");
  EXPECT_EQ(Only(Cut(Texts::Literal("/etc/passwd"), 5)), "/etc");
  EXPECT_EQ(Only(Cut(Texts::Literal("/etc"), 5)), "/etc");
  EXPECT_EQ(Only(Cut(Texts::Literal("/etc"), std::nullopt)), "*");
  EXPECT_EQ(Only(Cut(Texts::Literal("/a\\*b"), 4)), "/a\\\\");
}

TEST(TextPatternTest, LettersThatMeanSomethingAreEscaped) {
  EXPECT_EQ(Only(Texts::Literal("/a*$b")), "/a\\*\\$b");
  EXPECT_EQ(Unescaped("/a\\*\\$b"), "/a*$b");
  EXPECT_FALSE(IsPattern("/a\\*"));
  EXPECT_TRUE(IsPattern("/a*"));
  EXPECT_TRUE(IsPattern("$HOME/x"));
  EXPECT_TRUE(IsPattern("argv[..]"));
  EXPECT_FALSE(IsPattern(*Texts::Literal("argv[..]").patterns.begin()));
}

TEST(TextPatternTest, TooManyAreAny) {
  Texts all;
  for (int i = 0; i < 17; ++i)
    all = Join(all, Texts::Literal(std::to_string(i)));
  EXPECT_TRUE(all.any);
}

}  // namespace
}  // namespace bailey::analyzer
