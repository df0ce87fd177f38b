// testdata/lint/NAME.policy against NAME.expected: what is found, without the
// witnesses, whose values are the solver's to choose. Those are replayed.
//
// BAILEY_UPDATE_GOLDENS=1 policy_lint_test writes the expectations anew.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "common/fd.h"
#include "policies/builtin_policies.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/lint/lint.h"

namespace bailey::policy {
namespace {

namespace fs = std::filesystem;

const fs::path kLintFolder = fs::path(BAILEY_TESTDATA) / "lint";

void ExpectReplays(const ParsedPolicy& parsed, const LintFinding& finding) {
  const Policy* policy = FindTarget(parsed, finding.architecture);
  ASSERT_NE(policy, nullptr);
  for (const LintWitness& witness : finding.witnesses) {
    const PortionPolicy* portion = FindPortion(*policy, finding.portion);
    ASSERT_NE(portion, nullptr);
    EXPECT_EQ(Evaluate(policy->architecture, *portion, witness.data).action,
              witness.action);
  }
}

std::string LineOf(const LintFinding& finding) {
  const Finding& found = finding.finding;
  return fmt::format(
      "{}:{}: {} [{}:{}] {} on {}, {} witnesses{}{}\n", found.sites[0].line,
      found.sites[0].column, found.message, found.rule, found.subject,
      finding.portion.empty() ? "-" : finding.portion,
      ArchitectureName(finding.architecture), finding.witnesses.size(),
      finding.proof.empty() ? "" : ", proved",
      found.suppression ? ", suppressed: " + found.suppression->reason : "");
}

TEST(LintGoldenTest, WhatIsFoundIsAsExpected) {
  const auto text = ReadFile(kLintFolder / "worker.policy");
  ASSERT_TRUE(text.has_value());
  const ParsedPolicy parsed =
      LoadPolicy({"worker.policy", *text}, FindBuiltinPolicy);
  ASSERT_TRUE(parsed.policy) << RenderText(parsed.diagnostics);
  std::vector<const Policy*> targets = {&*parsed.policy};
  for (const Policy& other : parsed.other_targets) targets.push_back(&other);
  LintResult result = Lint(targets, {.timeout_ms = 0});
  SuppressLint("worker.policy", *text, result);
  EXPECT_TRUE(result.doubts.empty());
  std::string found;
  for (const LintFinding& finding : result.findings) {
    ExpectReplays(parsed, finding);
    found += LineOf(finding);
  }
  const fs::path expected_path = kLintFolder / "worker.expected";
  if (std::getenv("BAILEY_UPDATE_GOLDENS") != nullptr) {
    ASSERT_TRUE(WriteFileAtomically(expected_path, found).has_value());
    GTEST_SKIP() << "wrote " << expected_path;
  }
  const auto expected = ReadFile(expected_path);
  ASSERT_TRUE(expected.has_value());
  EXPECT_EQ(found, *expected);
}

}  // namespace
}  // namespace bailey::policy
