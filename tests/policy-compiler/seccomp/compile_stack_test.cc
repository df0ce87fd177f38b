#include "policy-compiler/seccomp/compile_stack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/bpf/filter_stack.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/seccomp/kernel_bitmap.h"
#include "tests/policy-compiler/lower/policy_generator.h"

namespace bailey::policy {
namespace {

// Each of `calls` calls permits `count` values of its second argument.
Policy LongPolicy(uint32_t calls, uint32_t count) {
  Policy policy;
  PortionPolicy portion;
  portion.name = "main";
  portion.otherwise = {ActionKind::kErrno, 1};
  for (uint32_t call = 0; call < calls; ++call) {
    SyscallRule rule;
    rule.number = 10 + 20 * call;
    rule.action = {ActionKind::kAllow};
    rule.rule = kFirstUserRule + call;
    rule.when.kind = Condition::Kind::kAny;
    for (uint32_t i = 0; i < count; ++i) {
      Condition value;
      value.kind = Condition::Kind::kCompare;
      value.comparison.argument = 1;
      value.comparison.width_bits = 32;
      value.comparison.value = 7 * i * (call + 1) + call;
      rule.when.operands.push_back(value);
    }
    portion.syscalls.push_back(rule);
  }
  portion.syscalls.push_back(
      {39, {}, {ActionKind::kAllow}, kFirstUserRule + calls});
  policy.portions.push_back(portion);
  return policy;
}

TEST(CompileFilterStack, IsOneFilterWhereThatIsEnough) {
  const Policy policy = LongPolicy(2, 5);
  const auto stack = CompileFilterStack(policy, policy.portions[0],
                                        FilterKind::kPlain, {}, {});
  ASSERT_TRUE(stack.ok());
  EXPECT_EQ(stack->size(), 1u);
}

TEST(CompileFilterStack, AnswersTogetherWhatThePolicySays) {
  const Policy policy = LongPolicy(6, 1500);
  const auto stack = CompileFilterStack(policy, policy.portions[0],
                                        FilterKind::kPlain, {}, {});
  ASSERT_TRUE(stack.ok()) << stack.error().message;
  EXPECT_GT(stack->size(), 1u);
  for (const BpfProgram& program : *stack) {
    EXPECT_TRUE(ValidateBpf(program).ok());
    EXPECT_TRUE(IsConstantAllow(program, 0xc000003e, 39));
  }
  const std::vector<SeccompData> inputs = InterestingInputs(policy);
  for (size_t i = 0; i < inputs.size(); i += i < 600 ? 1 : 997) {
    const SeccompData& data = inputs[i];
    const Verdict verdict =
        Evaluate(policy.architecture, policy.portions[0], data);
    ASSERT_EQ(RunBpfStack(*stack, data),
              FilterReturn(FilterKind::kPlain, verdict,
                           FactsOf(policy.architecture, data, {}), {}))
        << data.number;
  }
}

TEST(CompileFilterStack, NamesTheCallThatDoesNotFitIntoOne) {
  const Policy policy = LongPolicy(1, 6000);
  const auto stack = CompileFilterStack(policy, policy.portions[0],
                                        FilterKind::kPlain, {}, {});
  ASSERT_FALSE(stack.ok());
  EXPECT_THAT(stack.error().message,
              testing::AllOf(testing::HasSubstr("4096"),
                             testing::HasSubstr("`mprotect` needs")));
}

}  // namespace
}  // namespace bailey::policy
