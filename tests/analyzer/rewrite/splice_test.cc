#include "analyzer/rewrite/splice.h"

#include <gtest/gtest.h>

namespace bailey::analyzer {
namespace {

TEST(Splice, NothingToDoKeepsTheSourceUnderItsName) {
  EXPECT_EQ(ApplySplices("int a;\n", {}, "x.c"), "#line 1 \"x.c\"\nint a;\n");
}

TEST(Splice, OneLineForOneLineNeedsNoDirective) {
  EXPECT_EQ(ApplySplices("abc\ndef\n", {{4, 5, "XY"}}, "x.c"),
            "#line 1 \"x.c\"\nabc\nXYef\n");
}

TEST(Splice, OtherNumbersOfLinesAreSetRight) {
  EXPECT_EQ(ApplySplices("a\n{\nb\n}c\nd\n", {{2, 7, "{}"}}, "x.c"),
            "#line 1 \"x.c\"\na\n{}\n#line 4 \"x.c\"\nc\nd\n");
  EXPECT_EQ(ApplySplices("a{}b\nc", {{1, 3, "{\n1\n}"}}, "x.c"),
            "#line 1 \"x.c\"\na{\n1\n}\n#line 1 \"x.c\"\nb\nc");
}

TEST(Splice, OrderIsFree) {
  EXPECT_EQ(ApplySplices("abcd", {{2, 3, "2"}, {0, 1, "1"}}, "x"),
            "#line 1 \"x\"\n1b2d");
}

TEST(Splice, LiteralsAreEscaped) {
  EXPECT_EQ(CLiteral("a\"b\\c"), "\"a\\\"b\\\\c\"");
}

// Generated sources say themselves where they are from.
TEST(Splice, TheTextsOwnDirectivesCount) {
  const std::string text = "a\n#line 40 \"b.y\"\nc\nd\ne\n";
  const size_t d = text.find("d\n");
  EXPECT_EQ(ApplySplices(text, {{d, d + 1, "x\ny"}}, "a.c"),
            "#line 1 \"a.c\"\na\n#line 40 \"b.y\"\nc\nx\ny\n"
            "#line 41 \"b.y\"\n\ne\n");
}

TEST(Splice, ADirectiveWithoutANameKeepsIt) {
  const std::string text = "#line 7\nc\nd\n";
  const size_t d = text.find("d\n");
  EXPECT_EQ(ApplySplices(text, {{d, d + 1, "x\ny"}}, "a.c"),
            "#line 1 \"a.c\"\n#line 7\nc\nx\ny\n#line 8 \"a.c\"\n\n");
}

}  // namespace
}  // namespace bailey::analyzer
