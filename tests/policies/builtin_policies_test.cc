// Each text of the library as its own tests judge it: they pass, in a real
// process where that does no harm, and no rule is without one.

#include "policies/builtin_policies.h"

#include <gtest/gtest.h>

#include <ostream>

#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/format.h"
#include "policy-compiler/trial/policy_tests.h"

namespace bailey {

void PrintTo(const BuiltinPolicy& policy, std::ostream* out) {
  *out << policy.name;
}

namespace policy {
namespace {

class BuiltinPolicyTest : public testing::TestWithParam<BuiltinPolicy> {
 protected:
  BuiltinPolicyTest()
      : text_{std::string(GetParam().name), std::string(GetParam().text)},
        parsed_(LoadPolicy(text_, FindBuiltinPolicy)) {}

  void SetUp() override {
    ASSERT_TRUE(parsed_.policy.has_value()) << RenderText(parsed_.diagnostics);
  }

  SourceText text_;
  ParsedPolicy parsed_;
};

TEST_P(BuiltinPolicyTest, LoadsWithoutWarnings) {
  EXPECT_TRUE(parsed_.diagnostics.empty()) << RenderText(parsed_.diagnostics);
}

TEST_P(BuiltinPolicyTest, StandsInItsCanonicalForm) {
  const auto formatted = FormatPolicy(text_);
  ASSERT_TRUE(formatted.has_value());
  EXPECT_TRUE(*formatted == text_.text) << "run `bailey policy fmt -i`";
}

TEST_P(BuiltinPolicyTest, ItsTestsPass) {
  const auto report = RunPolicyTests(*parsed_.policy);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  for (const TestResult& test : report->tests) {
    for (const ExpectationResult& result : test.results) {
      EXPECT_TRUE(result.passed())
          << test.file << ":" << result.expectation.line << ": "
          << result.expectation.text << ": "
          << ActionName(result.verdict.action) << result.filter_fault
          << result.real_fault;
    }
  }
}

TEST_P(BuiltinPolicyTest, EachOfItsRulesHasATest) {
  const auto report = RunPolicyTests(*parsed_.policy);
  ASSERT_TRUE(report.has_value()) << report.error().message;
  for (const uint32_t rule : report->untouched) {
    const RuleInfo info =
        DescribeRule(*parsed_.policy, parsed_.policy->portions[0], rule);
    if (info.file == GetParam().name)
      ADD_FAILURE() << info.file << ":" << info.line << ": " << info.text;
  }
}

std::string TestName(const testing::TestParamInfo<BuiltinPolicy>& tested) {
  std::string name(tested.param.name);
  for (char& c : name)
    if (c == '/' || c == '-') c = '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Library, BuiltinPolicyTest,
                         testing::ValuesIn(BuiltinPolicies().begin(),
                                           BuiltinPolicies().end()),
                         TestName);

}  // namespace
}  // namespace policy
}  // namespace bailey
