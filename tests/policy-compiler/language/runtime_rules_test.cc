#include "policy-compiler/language/runtime_rules.h"

#include <gtest/gtest.h>

#include "runtime/portion_abi.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

Policy WithRuntimeRules(std::string_view body) {
  Policy policy = MustLoad(body);
  AddRuntimeRules(policy);
  return policy;
}

TEST(RuntimeRulesTest, AllowWhatTheRuntimeDoesAndNoMore) {
  const Policy policy = WithRuntimeRules("otherwise errno EPERM;");
  const auto asks = [&](const char* call, const std::string& first,
                        const std::string& second = "0") {
    return Ask(policy, call, {first, second});
  };
  EXPECT_EQ(asks("futex", "0x1000", "FUTEX_WAIT"), "allow");
  EXPECT_EQ(asks("futex", "0x1000", "FUTEX_WAKE"), "allow");
  EXPECT_EQ(asks("futex", "0x1000", "FUTEX_WAIT|FUTEX_PRIVATE_FLAG"),
            "errno EPERM");
  EXPECT_EQ(asks("futex", "0x1000", "FUTEX_REQUEUE"), "errno EPERM");
  EXPECT_EQ(asks("write", std::to_string(BAILEY_CONTROL_FD)), "errno EPERM");
  EXPECT_EQ(asks("prctl", std::to_string(BAILEY_SENTINEL_OPTION)), "allow");
  EXPECT_EQ(asks("prctl", "PR_SET_NAME"), "errno EPERM");
  EXPECT_EQ(asks("close", "5"), "errno EPERM");
}

TEST(RuntimeRulesTest, AreVisibleInEveryPortionOnce) {
  Policy policy = WithRuntimeRules(
      "allow syscall read; portion a trusted { } portion b untrusted { }");
  const size_t rules = policy.rules.size();
  AddRuntimeRules(policy);
  EXPECT_EQ(policy.rules.size(), rules);
  for (const char* portion : {"a", "b"}) {
    const Verdict verdict = Judge(policy, Call("futex"), portion);
    const RuleInfo info =
        DescribeRule(policy, *FindPortion(policy, portion), verdict.rule);
    EXPECT_EQ(info.text,
              "runtime/channel: wait for the other portion, and wake it");
    EXPECT_EQ(info.index, verdict.rule);
  }
}

TEST(RuntimeRulesTest, YieldToTheAuthorsDenials) {
  const Policy policy = WithRuntimeRules("deny syscall futex then trap;");
  EXPECT_EQ(Ask(policy, "futex"), "trap");
}

}  // namespace
}  // namespace bailey::policy
