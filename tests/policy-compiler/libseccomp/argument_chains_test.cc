#include "policy-compiler/libseccomp/argument_chains.h"

#include <gtest/gtest.h>

#include <random>

#include "policy-compiler/language/evaluator.h"
#include "tests/policy-compiler/lower/policy_generator.h"

namespace bailey::policy {
namespace {

Condition Comparing(const Comparison& comparison) {
  Condition condition;
  condition.kind = Condition::Kind::kCompare;
  condition.comparison = comparison;
  return condition;
}

TEST(ArgumentChains, KeepWhatLibseccompHasAnOperatorFor) {
  const auto chains =
      ChainsOf(Comparing({.argument = 2, .op = CompareOp::kLess, .value = 38}));
  ASSERT_TRUE(chains.ok());
  const ArgumentChain less = {{2, {CompareOp::kLess, ~uint64_t{0}, 38}}};
  EXPECT_EQ(*chains, ArgumentChains{less});
}

TEST(ArgumentChains, AnEqualityOnFewerBitsIsOneMaskedTest) {
  const auto chains =
      ChainsOf(Comparing({.argument = 0, .width_bits = 32, .value = 7}));
  ASSERT_TRUE(chains.ok());
  const ArgumentChain masked = {{0, {CompareOp::kEqual, 0xffffffff, 7}}};
  EXPECT_EQ(*chains, ArgumentChains{masked});
}

TEST(ArgumentChains, AnEmptyConditionHoldsAlways) {
  const auto chains = ChainsOf(Condition{});
  ASSERT_TRUE(chains.ok());
  EXPECT_EQ(*chains, ArgumentChains{ArgumentChain{}});
  const auto never = ChainsOfNot(Condition{});
  ASSERT_TRUE(never.ok());
  EXPECT_TRUE(never->empty());
}

TEST(ArgumentChains, SaysWhatTakesTooMany) {
  Condition all;
  for (int argument = 0; argument < 3; ++argument) {
    all.operands.push_back(Comparing({.argument = argument,
                                      .width_bits = 32,
                                      .op = CompareOp::kNotEqual,
                                      .value = 5}));
  }
  const auto chains = ChainsOf(all);
  ASSERT_FALSE(chains.ok());
  EXPECT_NE(chains.error().message.find("thousand"), std::string::npos);
}

// The conditions of random policies, on inputs derived from them: the same as
// the evaluator of policies says, and the opposite of the negation.
TEST(ArgumentChains, HoldWhereTheConditionDoes) {
  std::mt19937_64 random(11);
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; });
  int compared = 0;
  for (int i = 0; i < 60; ++i) {
    const Policy policy = generator.MakePolicy();
    const std::vector<SeccompData> inputs = InterestingInputs(policy);
    for (const SyscallRule& rule : policy.portions[0].syscalls) {
      const auto chains = ChainsOf(rule.when);
      const auto apart = ChainsOfNot(rule.when);
      if (!chains.ok() || !apart.ok()) continue;
      for (const SeccompData& data : inputs) {
        if (data.number != rule.number) continue;
        const bool expected = Holds(rule.when, data);
        ASSERT_EQ(Holds(*chains, data), expected);
        ASSERT_EQ(Holds(*apart, data), !expected);
        ++compared;
      }
    }
  }
  EXPECT_GT(compared, 10000);
}

}  // namespace
}  // namespace bailey::policy
