#include "common/findings/suppression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bailey {
namespace {

using ::testing::HasSubstr;

TEST(SuppressionTest, SpeaksOfItsOwnLineOrTheNextCode) {
  const SourceSuppressions found = ParseSuppressions(
      "ptrace(0);  // bailey-ignore(denied-syscall): a debugger\n"
      "// bailey-ignore(undecided-syscall): only at start\n"
      "\n"
      "// another comment\n"
      "socket();\n");
  ASSERT_EQ(found.good.size(), 2u);
  EXPECT_TRUE(found.bad.empty());
  const SourceSuppression* first = found.Find("denied-syscall", "ptrace", 1);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(first->reason, "a debugger");
  EXPECT_NE(found.Find("undecided-syscall", "socket", 5), nullptr);
  EXPECT_EQ(found.Find("denied-syscall", "ptrace", 5), nullptr);
  EXPECT_EQ(found.Find("denied-syscall", "ptrace", 2), nullptr);
}

TEST(SuppressionTest, ASubjectNarrowsIt) {
  const SourceSuppressions found = ParseSuppressions(
      "/* bailey-ignore(denied-syscall:ptrace, unresolved): both */ f();\n");
  EXPECT_NE(found.Find("denied-syscall", "ptrace", 1), nullptr);
  EXPECT_EQ(found.Find("denied-syscall", "socket", 1), nullptr);
  EXPECT_NE(found.Find("unresolved", "anything", 1), nullptr);
}

TEST(SuppressionTest, WithoutAReasonItSuppressesNothing) {
  for (const char* text : {"f(); // bailey-ignore(denied-syscall)\n",
                           "f(); // bailey-ignore(denied-syscall):\n",
                           "f(); // bailey-ignore(denied-syscall):   \n",
                           "f(); // bailey-ignore(denied-syscall) no colon\n",
                           "f(); /* bailey-ignore(denied-syscall): */\n"}) {
    const SourceSuppressions found = ParseSuppressions(text);
    EXPECT_TRUE(found.good.empty()) << text;
    ASSERT_EQ(found.bad.size(), 1u) << text;
    EXPECT_EQ(found.bad[0].line, 1);
    EXPECT_THAT(found.bad[0].problem, HasSubstr("reason"));
  }
}

TEST(SuppressionTest, AnUnknownRuleIsNotPassedOver) {
  const SourceSuppressions found =
      ParseSuppressions("f(); // bailey-ignore(denied-sycall): typo\n");
  EXPECT_TRUE(found.good.empty());
  ASSERT_EQ(found.bad.size(), 1u);
  EXPECT_THAT(found.bad[0].problem, HasSubstr("`denied-sycall`"));
  EXPECT_EQ(ParseSuppressions("f(); // bailey-ignore: x\n").bad.size(), 1u);
  EXPECT_EQ(ParseSuppressions("f(); // bailey-ignore(x\n").bad.size(), 1u);
}

TEST(SuppressionTest, OnlyACommentThatBeginsSoIsOne) {
  const SourceSuppressions found = ParseSuppressions(
      "// see bailey-ignore(denied-syscall): in the manual\n"
      "puts(\"// bailey-ignore(denied-syscall): a text\");\n");
  EXPECT_TRUE(found.good.empty());
  EXPECT_TRUE(found.bad.empty());
}

}  // namespace
}  // namespace bailey
