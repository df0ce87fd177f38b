#include "policy-compiler/check/abstract_call.h"

#include <gtest/gtest.h>

#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kSocket = 41;
constexpr uint32_t kClone3 = 435;

Condition Compare(int argument, CompareOp op, uint64_t value,
                  uint64_t mask = ~uint64_t{0}) {
  Condition condition;
  condition.kind = Condition::Kind::kCompare;
  condition.comparison = {argument, 32, true, mask, op, value};
  return condition;
}

SyscallRule Rule(ActionKind kind, Condition when, uint32_t index) {
  return {kSocket,
          std::move(when),
          {kind, kind == ActionKind::kErrno ? uint16_t{1} : uint16_t{0}},
          index};
}

ArgumentValues Family(std::vector<ValueSet> values) {
  return {0, "domain", std::move(values)};
}

class AbstractCallTest : public ::testing::Test {
 protected:
  AbstractCallTest() { portion_.otherwise = {ActionKind::kErrno, 1}; }

  CallAnswer Ask(std::vector<ArgumentValues> arguments,
                 uint32_t number = kSocket) {
    return Answer(Architecture::kX8664, portion_, number, arguments);
  }

  PortionPolicy portion_;
};

TEST_F(AbstractCallTest, AnUnconditionalAllowAllowsAnything) {
  portion_.syscalls = {Rule(ActionKind::kAllow, {}, 16)};
  EXPECT_EQ(Ask({}).allowed, Certainty::kAlways);
}

TEST_F(AbstractCallTest, NothingMatchesIsOtherwise) {
  EXPECT_EQ(Ask({}).allowed, Certainty::kNever);
  EXPECT_EQ(Ask({}).rule, kRuleOtherwise);
}

TEST_F(AbstractCallTest, KnownValuesDecide) {
  portion_.syscalls = {
      Rule(ActionKind::kAllow, Compare(0, CompareOp::kEqual, 1), 16)};
  EXPECT_EQ(Ask({Family({{1, 1}})}).allowed, Certainty::kAlways);
  EXPECT_EQ(Ask({Family({{2, 2}})}).allowed, Certainty::kNever);
  EXPECT_EQ(Ask({Family({{1, 2}})}).allowed, Certainty::kPerhaps);
}

// Each value is in the set by another of its members.
TEST_F(AbstractCallTest, ASetIsLookedThroughValueByValue) {
  Condition set;
  set.kind = Condition::Kind::kAny;
  set.operands = {Compare(0, CompareOp::kEqual, 1),
                  Compare(0, CompareOp::kEqual, 3)};
  portion_.syscalls = {Rule(ActionKind::kAllow, set, 16)};
  EXPECT_EQ(Ask({Family({{1, 1}, {3, 3}})}).allowed, Certainty::kAlways);
  EXPECT_EQ(Ask({Family({{1, 3}})}).allowed, Certainty::kPerhaps);
  EXPECT_EQ(Ask({Family({{2, 2}, {4, 9}})}).allowed, Certainty::kNever);
}

TEST_F(AbstractCallTest, RulesAllowValuesOneByOne) {
  portion_.syscalls = {
      Rule(ActionKind::kAllow, Compare(0, CompareOp::kEqual, 1), 16),
      Rule(ActionKind::kAllow, Compare(0, CompareOp::kEqual, 2), 17)};
  EXPECT_EQ(Ask({Family({{1, 2}})}).allowed, Certainty::kAlways);
  EXPECT_EQ(Ask({Family({{1, 3}})}).allowed, Certainty::kPerhaps);
  // More values than are looked through are anything.
  EXPECT_EQ(Ask({Family({{1, 400}})}).allowed, Certainty::kPerhaps);
}

TEST_F(AbstractCallTest, KnownBitsDecide) {
  portion_.syscalls = {
      Rule(ActionKind::kAllow, Compare(0, CompareOp::kEqual, 1, 0x3), 16)};
  const auto known = [](uint64_t mask, uint64_t value) {
    return Family({ValueSet::WithBits(mask, value)});
  };
  EXPECT_EQ(Ask({known(0x3, 0x1)}).allowed, Certainty::kAlways);
  EXPECT_EQ(Ask({known(0x2, 0x2)}).allowed, Certainty::kNever);
  EXPECT_EQ(Ask({known(0x2, 0x0)}).allowed, Certainty::kPerhaps);
}

// Rules may allow one set each, and one value each of a set with few.
TEST_F(AbstractCallTest, RulesAllowSetsOneByOne) {
  const auto has = [](uint64_t mask, uint64_t value) {
    return Compare(0, CompareOp::kEqual, value, mask);
  };
  portion_.syscalls = {Rule(ActionKind::kAllow, has(0x13, 0x1), 16),
                       Rule(ActionKind::kAllow, has(0x13, 0x12), 17)};
  const ValueSet one = ValueSet::WithBits(0x13, 0x1);
  const ValueSet other = ValueSet::WithBits(0x13, 0x12);
  EXPECT_EQ(Ask({Family({one, other})}).allowed, Certainty::kAlways);
  EXPECT_EQ(Ask({Family({one, {3, 3}})}).allowed, Certainty::kPerhaps);
  const ValueSet few = ValueSet::WithBits(0xffffffe0, 0);
  EXPECT_EQ(Ask({Family({few})}).allowed, Certainty::kPerhaps);
  portion_.syscalls = {Rule(ActionKind::kAllow, has(0x1, 0x0), 16),
                       Rule(ActionKind::kAllow, has(0x1, 0x1), 17)};
  EXPECT_EQ(Ask({Family({few})}).allowed, Certainty::kAlways);
}

// A rule that compares more than the kernel reads is not decided by bits of
// what it reads.
TEST_F(AbstractCallTest, UnreadBitsStayUnknown) {
  Condition wide = Compare(0, CompareOp::kEqual, 0, uint64_t{1} << 40);
  wide.comparison.width_bits = 64;
  portion_.syscalls = {Rule(ActionKind::kAllow, wide, 16)};
  EXPECT_EQ(Ask({Family({ValueSet::WithBits(0xffffffff, 5)})}).allowed,
            Certainty::kPerhaps);
}

TEST_F(AbstractCallTest, UnknownValuesAreUndecided) {
  portion_.syscalls = {
      Rule(ActionKind::kAllow, Compare(0, CompareOp::kEqual, 1), 16)};
  EXPECT_EQ(Ask({}).allowed, Certainty::kPerhaps);
  EXPECT_EQ(Ask({Family({})}).allowed, Certainty::kPerhaps);
  EXPECT_EQ(Ask({Family({{0, UINT64_MAX}})}).allowed, Certainty::kPerhaps);
}

TEST_F(AbstractCallTest, APossibleDenialIsNotAlwaysAllowed) {
  portion_.syscalls = {
      Rule(ActionKind::kAllow, {}, 16),
      Rule(ActionKind::kErrno, Compare(0, CompareOp::kEqual, 17), 17)};
  EXPECT_EQ(Ask({}).allowed, Certainty::kPerhaps);
  EXPECT_EQ(Ask({}).rule, 17u);
  EXPECT_EQ(Ask({Family({{17, 17}})}).allowed, Certainty::kNever);
  EXPECT_EQ(Ask({Family({{1, 1}})}).allowed, Certainty::kAlways);
}

TEST_F(AbstractCallTest, TheStrongestDenialIsNamed) {
  portion_.syscalls = {Rule(ActionKind::kErrno, {}, 16),
                       Rule(ActionKind::kKillProcess, {}, 17)};
  EXPECT_EQ(Ask({}).rule, 17u);
}

TEST_F(AbstractCallTest, AnEmptyMaskNeedsNoValue) {
  portion_.syscalls = {
      Rule(ActionKind::kAllow, Compare(0, CompareOp::kEqual, 0, 0), 16)};
  EXPECT_EQ(Ask({}).allowed, Certainty::kAlways);
}

TEST_F(AbstractCallTest, Clone3FallsBackWhereCloneIsConstrained) {
  portion_.clone_constrained = true;
  EXPECT_EQ(Ask({}, kClone3).rule, kRuleClone3Fallback);
}

TEST_F(AbstractCallTest, APossibleDenialIsSeenWhereOtherwiseAllows) {
  portion_.otherwise = {ActionKind::kAllow, 0};
  portion_.syscalls = {
      Rule(ActionKind::kErrno, Compare(0, CompareOp::kEqual, 17), 17)};
  EXPECT_EQ(Ask({}).allowed, Certainty::kPerhaps);
  EXPECT_EQ(Ask({}).rule, 17u);
  EXPECT_EQ(Ask({Family({{17, 17}})}).allowed, Certainty::kNever);
  EXPECT_EQ(Ask({Family({{1, 1}})}).allowed, Certainty::kAlways);
}

TEST_F(AbstractCallTest, WhereOtherwiseAllowsNoRuleNeedsTo) {
  portion_.otherwise = {ActionKind::kAllow, 0};
  portion_.syscalls = {
      Rule(ActionKind::kAllow, Compare(0, CompareOp::kEqual, 1), 16)};
  EXPECT_EQ(Ask({}).allowed, Certainty::kAlways);
}

// What the analysis knows is what the kernel reads; a policy of full widths
// compares what a caller leaves in the rest of the register, too.
TEST_F(AbstractCallTest, BitsThatTheKernelDoesNotReadAreNotKnown) {
  Condition wide = Compare(0, CompareOp::kEqual, 1);
  wide.comparison.width_bits = 64;
  wide.comparison.is_signed = false;
  portion_.syscalls = {Rule(ActionKind::kAllow, wide, 16)};
  EXPECT_EQ(Ask({Family({{1, 1}})}).allowed, Certainty::kPerhaps);
  EXPECT_EQ(Ask({Family({{2, 2}})}).allowed, Certainty::kPerhaps);
  portion_.syscalls[0].when.comparison.mask = 0xffffffff;
  EXPECT_EQ(Ask({Family({{1, 1}})}).allowed, Certainty::kAlways);
  EXPECT_EQ(Ask({Family({{2, 2}})}).allowed, Certainty::kNever);
}

TEST_F(AbstractCallTest, NumbersThatTheTableLacksAreNeverAllowed) {
  portion_.otherwise = {ActionKind::kAllow, 0};
  portion_.syscalls = {Rule(ActionKind::kAllow, {}, 16)};
  for (const uint32_t number : {0x40000001u, 1000u, 0xffffffffu}) {
    portion_.syscalls[0].number = number;
    EXPECT_EQ(Ask({}, number).allowed, Certainty::kNever) << number;
  }
}

// Soundness: whatever is "always" or "never" for a set is what the evaluator
// says for each of its values.
class EveryOtherwise : public AbstractCallTest,
                       public ::testing::WithParamInterface<ActionKind> {
 protected:
  bool Allows(uint64_t value) const {
    SeccompData data;
    data.number = kSocket;
    data.architecture = SyscallTable::For(Architecture::kX8664).audit_arch();
    data.arguments[0] = value;
    return Evaluate(Architecture::kX8664, portion_, data).action.kind ==
           ActionKind::kAllow;
  }

  void ExpectSound(uint64_t low, uint64_t high) {
    const Certainty allowed = Ask({Family({{low, high}})}).allowed;
    if (allowed == Certainty::kPerhaps) return;
    for (uint64_t value = low; value <= high; ++value) {
      ASSERT_EQ(Allows(value), allowed == Certainty::kAlways)
          << low << ".." << high << " at " << value;
    }
  }
};

TEST_P(EveryOtherwise, AgreesWithTheEvaluatorOnEveryValueOfASet) {
  portion_.otherwise = {GetParam(), 0};
  const CompareOp ops[] = {CompareOp::kEqual,   CompareOp::kNotEqual,
                           CompareOp::kLess,    CompareOp::kLessEqual,
                           CompareOp::kGreater, CompareOp::kGreaterEqual};
  for (const CompareOp op : ops) {
    for (const uint64_t mask : {~uint64_t{0}, uint64_t{6}}) {
      portion_.syscalls = {
          Rule(ActionKind::kAllow, Compare(0, op, 4, mask), 16),
          Rule(ActionKind::kKillProcess, Compare(0, CompareOp::kEqual, 9), 17)};
      for (uint64_t low = 0; low < 12; ++low) {
        for (uint64_t high = low; high < 12; ++high) ExpectSound(low, high);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Actions, EveryOtherwise,
                         ::testing::Values(ActionKind::kAllow,
                                           ActionKind::kTrap));

}  // namespace
}  // namespace bailey::policy
