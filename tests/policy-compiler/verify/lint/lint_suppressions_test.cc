// Suppressions in policies.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/findings/rules.h"
#include "policy-compiler/verify/lint/lint.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

LintResult LintText(const std::string& text) {
  const ParsedPolicy parsed = LoadPolicy({"p.policy", text}, NoLibrary);
  EXPECT_TRUE(parsed.policy) << RenderText(parsed.diagnostics);
  LintResult result = Lint({&*parsed.policy}, {});
  SuppressLint("p.policy", text, result);
  return result;
}

TEST(LintSuppressionsTest, OnTheLineOrBeforeIt) {
  for (const char* text :
       {"policy p {\n  # bailey-ignore(way-around): a debugger\n"
        "  allow syscall ptrace;\n}\n",
        "policy p {\n  allow syscall ptrace;  // bailey-ignore(way-around:"
        "ptrace): a debugger\n}\n",
        // Other comments and what an apostrophe means to C stand between.
        "policy p {\n  # it's \"needed\n  // bailey-ignore(way-around): a "
        "debugger\n\n  # don't\n  allow syscall ptrace;\n}\n"}) {
    const LintResult result = LintText(text);
    ASSERT_THAT(result.findings, SizeIs(1)) << text;
    ASSERT_TRUE(result.findings[0].finding.suppression) << text;
    EXPECT_EQ(result.findings[0].finding.suppression->reason, "a debugger");
    EXPECT_EQ(result.exit_code(), 0);
    EXPECT_THAT(RenderLintText(result), HasSubstr("; 1 suppressed"));
    EXPECT_THAT(RenderLintJson(result), HasSubstr("\"suppressed\""));
  }
}

TEST(LintSuppressionsTest, AnotherLineRuleOrSubjectIsNone) {
  for (const char* text :
       {"policy p {\n  # bailey-ignore(way-around): x\n\n  allow syscall "
        "read;\n  allow syscall ptrace;\n}\n",
        "policy p {\n  # bailey-ignore(same-deed): x\n  allow syscall "
        "ptrace;\n}\n",
        "policy p {\n  # bailey-ignore(way-around:bpf): x\n  allow syscall "
        "ptrace;\n}\n"}) {
    const LintResult result = LintText(text);
    EXPECT_FALSE(result.findings[0].finding.suppression) << text;
    EXPECT_EQ(result.exit_code(), 1);
  }
}

TEST(LintSuppressionsTest, WithoutAReasonItIsAFinding) {
  const LintResult result = LintText(
      "policy p {\n  allow syscall ptrace;  # bailey-ignore(way-around)\n"
      "  allow syscall read;  # bailey-ignore(no-such-rule): why\n}\n");
  size_t bad = 0;
  for (const LintFinding& finding : result.findings)
    if (finding.finding.rule == kBadSuppressionRule) ++bad;
  EXPECT_EQ(bad, 2u);
  EXPECT_EQ(result.exit_code(), 1);
}

}  // namespace
}  // namespace bailey::policy
