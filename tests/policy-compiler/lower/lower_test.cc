#include "policy-compiler/lower/lower.h"

#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <random>

#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "tests/policy-compiler/lower/policy_generator.h"
#include "tests/policy-compiler/lower/reference_evaluator.h"

namespace bailey::policy {
namespace {

constexpr FilterKind kKinds[] = {FilterKind::kNotify, FilterKind::kPlain,
                                 FilterKind::kRuleIndex};

// One comparison of getpid's arguments, allowed if it holds, else trapped.
Policy OneComparison(const Comparison& comparison) {
  Condition condition;
  condition.kind = Condition::Kind::kCompare;
  condition.comparison = comparison;
  PortionPolicy portion;
  portion.name = "main";
  portion.otherwise = {ActionKind::kTrap};
  portion.syscalls.push_back(
      {39, condition, {ActionKind::kAllow}, kFirstUserRule});
  Policy policy;
  policy.portions.push_back(portion);
  return policy;
}

class EveryOperator
    : public testing::TestWithParam<std::tuple<int, bool, int>> {};

TEST_P(EveryOperator, AgreesWithTheEvaluatorsAroundEveryEdge) {
  const auto [width, is_signed, op] = GetParam();
  std::mt19937_64 random(static_cast<uint64_t>(width * 100 + op));
  for (int i = 0; i < 25; ++i) {
    Comparison comparison{.argument = static_cast<int>(random() % 6),
                          .width_bits = static_cast<uint8_t>(width),
                          .is_signed = is_signed,
                          .op = static_cast<CompareOp>(op)};
    if (i % 3 == 0) comparison.mask = random();
    const uint64_t values[] = {0,
                               1,
                               random(),
                               ~uint64_t{0},
                               uint64_t{1} << (width - 1),
                               (uint64_t{1} << (width - 1)) - 1};
    comparison.value = values[random() % 6] & WidthMask(comparison);
    const Policy policy = OneComparison(comparison);
    const auto& portion = policy.portions[0];
    const auto lowered = LowerPortion(policy, portion, FilterKind::kPlain, {});
    ASSERT_TRUE(lowered.ok());
    for (const SeccompData& data : InterestingInputs(policy)) {
      if (data.number != 39) continue;
      const uint32_t expected = ReferenceHolds(comparison, data)
                                    ? SECCOMP_RET_ALLOW
                                    : SECCOMP_RET_TRAP;
      if (data.architecture == lowered->audit_architecture) {
        ASSERT_EQ(lowered->Evaluate(data), expected);
        ASSERT_EQ(Holds(comparison, data), ReferenceHolds(comparison, data));
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Comparisons, EveryOperator,
                         testing::Combine(testing::Values(16, 32, 64),
                                          testing::Bool(),
                                          testing::Range(0, 6)));

class EveryArchitecture : public testing::TestWithParam<Architecture> {};

INSTANTIATE_TEST_SUITE_P(Targets, EveryArchitecture,
                         testing::ValuesIn(kArchitectures),
                         [](const auto& each) {
                           return std::string(ArchitectureName(each.param));
                         });

TEST_P(EveryArchitecture, AgreesWithTheEvaluatorsOnRandomPolicies) {
  std::mt19937_64 random(20240101);
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; },
                            GetParam());
  for (int i = 0; i < 100; ++i) {
    const Policy policy = generator.MakePolicy();
    const NotifyOptions options = generator.MakeOptions();
    const auto& portion = policy.portions[0];
    std::vector<SeccompData> inputs = InterestingInputs(policy);
    for (int j = 0; j < 100; ++j) inputs.push_back(generator.MakeInput());
    std::vector<Result<LoweredPolicy>> lowered;
    for (const FilterKind kind : kKinds) {
      lowered.push_back(LowerPortion(policy, portion, kind, options));
      ASSERT_TRUE(lowered.back().ok());
    }
    for (const SeccompData& data : inputs) {
      const Verdict verdict = ReferenceVerdict(policy, portion, data);
      ASSERT_EQ(verdict, Evaluate(policy.architecture, portion, data));
      const CallFacts facts = FactsOf(policy.architecture, data, options);
      for (size_t k = 0; k < lowered.size(); ++k) {
        ASSERT_EQ(lowered[k]->Evaluate(data),
                  FilterReturn(kKinds[k], verdict, facts, options));
      }
    }
  }
}

TEST(LowerPortion, NumbersAreWholeAndMerged) {
  const Policy policy = OneComparison({.value = 1});
  const auto lowered =
      LowerPortion(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(lowered.ok());
  uint64_t next = 0;
  for (size_t i = 0; i < lowered->numbers.size(); ++i) {
    const NumberRange& range = lowered->numbers[i];
    EXPECT_EQ(range.first, next);
    next = uint64_t{range.last} + 1;
    if (i == 0) continue;
    EXPECT_NE(range.node, lowered->numbers[i - 1].node);
  }
  EXPECT_EQ(next, uint64_t{1} << 32);
}

TEST(LowerPortion, WhatArgumentsCannotChangeTestsNone) {
  // allow getpid if a0 <= 5; allow getpid if a0 >= 3
  Policy policy = OneComparison({.op = CompareOp::kLessEqual, .value = 5});
  SyscallRule second = policy.portions[0].syscalls[0];
  second.when.comparison.op = CompareOp::kGreaterEqual;
  second.when.comparison.value = 3;
  policy.portions[0].syscalls.push_back(second);
  const auto lowered =
      LowerPortion(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(lowered.ok());
  for (const NumberRange& range : lowered->numbers) {
    EXPECT_TRUE(lowered->graph.label(range.node).has_value());
  }
}

TEST(LowerPortion, RefusesRulesThatNoParserMakes) {
  const auto refuses = [](const Comparison& comparison) {
    const Policy policy = OneComparison(comparison);
    return !LowerPortion(policy, policy.portions[0], FilterKind::kPlain, {})
                .ok();
  };
  EXPECT_TRUE(refuses({.argument = 6}));
  EXPECT_TRUE(refuses({.argument = -1}));
  EXPECT_TRUE(refuses({.width_bits = 8}));
  EXPECT_TRUE(refuses({.width_bits = 32, .value = uint64_t{1} << 32}));
  EXPECT_FALSE(refuses({.width_bits = 32, .value = 0xffffffff}));
  Policy policy = OneComparison({});
  policy.portions[0].otherwise = {ActionKind::kErrno, 0};
  EXPECT_FALSE(
      LowerPortion(policy, policy.portions[0], FilterKind::kPlain, {}).ok());
}

}  // namespace
}  // namespace bailey::policy
