#include <gtest/gtest.h>

#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/prove.h"

namespace bailey::policy {
namespace {

Condition Compare(CompareOp op, uint64_t value) {
  Condition condition;
  condition.kind = Condition::Kind::kCompare;
  condition.comparison.width_bits = 32;
  condition.comparison.op = op;
  condition.comparison.value = value;
  return condition;
}

void Add(Policy& policy, const Condition& when, const Action& action) {
  if (policy.portions.empty()) policy.portions.emplace_back();
  auto& rules = policy.portions[0].syscalls;
  const auto index = static_cast<uint32_t>(rules.size());
  rules.push_back({41, when, action, kFirstUserRule + index});
}

Result<std::optional<ErrnoConflict>> Find(const Policy& policy) {
  return FindErrnoConflict(policy, policy.portions[0], 10'000);
}

TEST(FindErrnoConflict, ShowsAnInputThatBothRulesAnswer) {
  Policy policy;
  Add(policy, Compare(CompareOp::kLess, 10), {ActionKind::kErrno, 1});
  Add(policy, Compare(CompareOp::kGreater, 8), {ActionKind::kErrno, 13});
  const auto conflict = Find(policy);
  ASSERT_TRUE(conflict.ok() && conflict->has_value());
  EXPECT_EQ((*conflict)->first_rule, kFirstUserRule);
  EXPECT_EQ((*conflict)->second_rule, kFirstUserRule + 1);
  EXPECT_EQ((*conflict)->data.number, 41u);
  EXPECT_EQ(static_cast<uint32_t>((*conflict)->data.arguments[0]), 9u);
}

TEST(FindErrnoConflict, RulesThatDoNotMeetAreNone) {
  Policy policy;
  Add(policy, Compare(CompareOp::kLess, 10), {ActionKind::kErrno, 1});
  Add(policy, Compare(CompareOp::kGreaterEqual, 10), {ActionKind::kErrno, 13});
  const auto conflict = Find(policy);
  ASSERT_TRUE(conflict.ok());
  EXPECT_FALSE(conflict->has_value());
}

TEST(FindErrnoConflict, OneErrnoIsNone) {
  Policy policy;
  Add(policy, Compare(CompareOp::kLess, 10), {ActionKind::kErrno, 1});
  Add(policy, Compare(CompareOp::kLess, 20), {ActionKind::kErrno, 1});
  const auto conflict = Find(policy);
  ASSERT_TRUE(conflict.ok());
  EXPECT_FALSE(conflict->has_value());
}

TEST(FindErrnoConflict, AStrongerRuleSettlesIt) {
  Policy policy;
  Add(policy, Compare(CompareOp::kLess, 10), {ActionKind::kErrno, 1});
  Add(policy, Compare(CompareOp::kGreater, 8), {ActionKind::kErrno, 13});
  Add(policy, Compare(CompareOp::kEqual, 9), {ActionKind::kKillProcess});
  const auto conflict = Find(policy);
  ASSERT_TRUE(conflict.ok());
  EXPECT_FALSE(conflict->has_value());
}

// Four hundred rules of one call are eighty thousand pairs: they are one
// question.
TEST(FindErrnoConflict, ManyRulesAreOneQuestion) {
  Policy policy;
  for (uint16_t i = 0; i < 400; ++i) {
    Add(policy, Compare(CompareOp::kEqual, i),
        {ActionKind::kErrno, static_cast<uint16_t>(1 + i % 100)});
  }
  EXPECT_FALSE(Find(policy)->has_value());
  Add(policy, Compare(CompareOp::kEqual, 250), {ActionKind::kErrno, 77});
  const auto conflict = Find(policy);
  ASSERT_TRUE(conflict.ok() && conflict->has_value());
  EXPECT_EQ((*conflict)->first_rule, kFirstUserRule + 250);
  EXPECT_EQ((*conflict)->second_rule, kFirstUserRule + 400);
}

// Two with one errno match, a third with another does as well.
TEST(FindErrnoConflict, EqualErrnosBesideAnotherAreOne) {
  Policy policy;
  Add(policy, Compare(CompareOp::kLess, 10), {ActionKind::kErrno, 1});
  Add(policy, Compare(CompareOp::kLess, 20), {ActionKind::kErrno, 1});
  Add(policy, Compare(CompareOp::kEqual, 15), {ActionKind::kErrno, 13});
  const auto conflict = Find(policy);
  ASSERT_TRUE(conflict.ok() && conflict->has_value());
  EXPECT_EQ((*conflict)->first_rule, kFirstUserRule + 1);
  EXPECT_EQ((*conflict)->second_rule, kFirstUserRule + 2);
}

}  // namespace
}  // namespace bailey::policy
