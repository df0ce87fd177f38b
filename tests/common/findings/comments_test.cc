#include "common/findings/comments.h"

#include <gtest/gtest.h>

#include <string>

namespace bailey {
namespace {

std::vector<std::string> Texts(std::string_view source) {
  std::vector<std::string> texts;
  for (const SourceComment& comment : FindComments(source).comments)
    texts.emplace_back(comment.text);
  return texts;
}

using Strings = std::vector<std::string>;

TEST(CommentsTest, FindsBothKindsWithTheirPlaces) {
  const SourceComments found =
      FindComments("int a; // one\n/* two\n */ int b;\n");
  ASSERT_EQ(found.comments.size(), 2u);
  EXPECT_EQ(found.comments[0].text, " one");
  EXPECT_EQ(found.comments[0].line, 1);
  EXPECT_EQ(found.comments[0].column, 8);
  EXPECT_EQ(found.comments[1].text, " two\n ");
  EXPECT_EQ(found.comments[1].line, 2);
  EXPECT_EQ(found.comments[1].last_line, 3);
  EXPECT_TRUE(found.has_code[1]);
  EXPECT_FALSE(found.has_code[2]);
  EXPECT_TRUE(found.has_code[3]);
}

TEST(CommentsTest, StringsHoldNone) {
  EXPECT_EQ(Texts("puts(\"// no\"); // yes\n"), Strings{" yes"});
  EXPECT_EQ(Texts("puts(\"\\\"// no\"); // yes\n"), Strings{" yes"});
  EXPECT_EQ(Texts("char c = '\"'; // yes\n"), Strings{" yes"});
  EXPECT_EQ(Texts("char c = '\\''; // yes\n"), Strings{" yes"});
  EXPECT_EQ(Texts("auto s = R\"x(\" // no)x\"; // yes\n"), Strings{" yes"});
}

TEST(CommentsTest, ADigitSeparatorOpensNothing) {
  EXPECT_EQ(Texts("int n = 1'000; // yes\nint m = 2'000;"), Strings{" yes"});
}

TEST(CommentsTest, ABackslashContinuesALineComment) {
  const SourceComments found = FindComments("// a \\\n b\nint c;\n");
  ASSERT_EQ(found.comments.size(), 1u);
  EXPECT_EQ(found.comments[0].last_line, 2);
  EXPECT_TRUE(found.has_code[3]);
}

TEST(CommentsTest, WhatDoesNotEndEndsWithTheText) {
  EXPECT_EQ(Texts("/* open"), Strings{" open"});
  EXPECT_EQ(Texts("//"), Strings{""});
  EXPECT_EQ(Texts("/*"), Strings{""});
  EXPECT_EQ(Texts("/*/"), Strings{"/"});
  EXPECT_TRUE(Texts("\"open // no").empty());
  EXPECT_TRUE(Texts("R\"(open // no").empty());
}

}  // namespace
}  // namespace bailey
