#include "common/diagnostics.h"

#include <gtest/gtest.h>

#include "common/json.h"

namespace bailey {
namespace {

const SourceText kText{"a.policy", "policy a {\n  allow syscall opnat;\n}\n"};

TEST(DiagnosticsTest, ShowsPositionLineCaretAndHint) {
  const size_t offset = kText.text.find("opnat");
  const Diagnostic diagnostic =
      ErrorAt(kText, {offset, 5}, "unknown system call `opnat`",
              "did you mean `openat`?");
  EXPECT_EQ(RenderText(diagnostic),
            "a.policy:2:17: error: unknown system call `opnat`\n"
            "    2 |   allow syscall opnat;\n"
            "      |                 ^~~~~\n"
            "  hint: did you mean `openat`?\n");
}

TEST(DiagnosticsTest, LocatesEveryEdgeOfAText) {
  const auto place = [](size_t offset) {
    const LineColumn at = Locate("ab\nc\n", offset);
    return std::pair(at.line, at.column);
  };
  EXPECT_EQ(place(0), std::pair(1, 1));
  EXPECT_EQ(place(2), std::pair(1, 3));
  EXPECT_EQ(place(3), std::pair(2, 1));
  EXPECT_EQ(place(5), std::pair(3, 1));
  EXPECT_EQ(place(500), std::pair(3, 1));
}

TEST(DiagnosticsTest, MarksNoMoreThanTheLine) {
  const Diagnostic diagnostic = ErrorAt(kText, {7, 400}, "too long");
  EXPECT_EQ(diagnostic.length, 3);
}

TEST(DiagnosticsTest, ShowsABoundedPartOfAVeryLongLine) {
  const SourceText text{
      "x", std::string(50000, 'a') + "!" + std::string(50000, 'b') + "\n"};
  const std::string shown = RenderText(ErrorAt(text, {50000, 40000}, "here"));
  EXPECT_LT(shown.size(), 800u);
  const size_t mark = shown.find('^');
  const size_t line = shown.rfind("      | ", mark);
  const size_t source = shown.find('!');
  const size_t source_line = shown.rfind("    1 | ", source);
  EXPECT_EQ(mark - line, source - source_line);
}

TEST(DiagnosticsTest, ACharacterIsNotCutInTwo) {
  for (int shift = 0; shift < 4; ++shift) {
    std::string line(static_cast<size_t>(shift), 'x');
    for (int i = 0; i < 200; ++i) line += "\u00fc";
    const std::string shown =
        RenderText(ErrorAt({"a", line}, {150, 1}, "wrong"));
    EXPECT_NE(shown.find("\u00fc"), std::string::npos);
    for (size_t i = 0; i < shown.size(); ++i) {
      const bool is_first = shown[i] == '\xc3';
      const bool is_second = shown[i] == '\xbc';
      EXPECT_TRUE(!is_first ||
                  (i + 1 < shown.size() && shown[i + 1] == '\xbc'));
      EXPECT_TRUE(!is_second || (i > 0 && shown[i - 1] == '\xc3'));
    }
  }
}

TEST(DiagnosticsTest, EndOfTextHasAPlace) {
  const Diagnostic diagnostic =
      ErrorAt(kText, {kText.text.size(), 1}, "unexpected end of file");
  EXPECT_EQ(diagnostic.line, 4);
  EXPECT_EQ(diagnostic.column, 1);
}

TEST(DiagnosticsTest, ControlBytesDoNotReachTheTerminal) {
  const SourceText hostile{"x", "a\033[31mb\n"};
  EXPECT_EQ(RenderText(ErrorAt(hostile, {0, 1}, "m")).find('\033'),
            std::string::npos);
}

TEST(DiagnosticsTest, CountsErrorsAndNotWarnings) {
  Diagnostics diagnostics;
  diagnostics.Add(WarningAt(kText, {0, 1}, "w"));
  EXPECT_FALSE(diagnostics.has_errors());
  diagnostics.Add(ErrorAt(kText, {0, 1}, "e"));
  EXPECT_EQ(diagnostics.error_count(), 1u);
  EXPECT_EQ(diagnostics.all().size(), 2u);
}

TEST(DiagnosticsTest, JsonFormParsesBack) {
  Diagnostics diagnostics;
  diagnostics.Add(ErrorAt(kText, {7, 1}, "quote \" and \xff byte"));
  const Result<Json> json = ParseJson(RenderJson(diagnostics), "diagnostics");
  ASSERT_TRUE(json.ok()) << json.error().message;
  EXPECT_EQ((*json)["diagnostics"][0]["line"], 1);
  EXPECT_EQ((*json)["diagnostics"][0]["column"], 8);
}

}  // namespace
}  // namespace bailey
