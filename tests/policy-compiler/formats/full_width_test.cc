#include "policy-compiler/formats/full_width.h"

#include <gtest/gtest.h>

#include <random>

#include "policy-compiler/language/evaluator.h"
#include "tests/policy-compiler/lower/policy_generator.h"

namespace bailey::policy {
namespace {

bool HasNegation(const Condition& condition) {
  if (condition.kind == Condition::Kind::kNot) return true;
  return std::ranges::any_of(condition.operands, HasNegation);
}

// Every comparison, mask, width and sign, at the values where they turn.
TEST(FullWidth, MeansTheSameForEveryInput) {
  size_t asked = 0;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random(seed);
    PolicyGenerator generator([&](uint64_t bound) { return random() % bound; });
    const Policy policy = generator.MakePolicy();
    const auto inputs = InterestingInputs(policy);
    for (const SyscallRule& rule : policy.portions[0].syscalls) {
      const Condition full = FullWidth(rule.when);
      const Condition negated = Negated(full);
      EXPECT_FALSE(HasNegation(full));
      for (const SeccompData& data : inputs) {
        if (data.number != rule.number) continue;
        ++asked;
        ASSERT_EQ(Holds(full, data), Holds(rule.when, data)) << seed;
        ASSERT_NE(Holds(negated, data), Holds(rule.when, data)) << seed;
      }
    }
  }
  EXPECT_GT(asked, 10'000u);
}

TEST(FullWidth, FoldsWhatIsDecided) {
  EXPECT_TRUE(IsAlways(FullCompare(0, 0xff, CompareOp::kLess, 0x100)));
  EXPECT_TRUE(IsNever(FullCompare(0, 0xff, CompareOp::kEqual, 0x100)));
  EXPECT_TRUE(
      IsAlways(FullCompare(0, ~uint64_t{0}, CompareOp::kGreaterEqual, 0)));
  EXPECT_TRUE(IsNever(FullCompare(3, 0, CompareOp::kNotEqual, 0)));
  const Condition null = FullCompare(1, ~uint64_t{0}, CompareOp::kLess, 1);
  EXPECT_EQ(null.comparison.op, CompareOp::kEqual);
  EXPECT_EQ(null.comparison.value, 0u);
}

// ((x & mask) | set) OP value for all x of four bits.
TEST(FullWidth, SplitsOrderIntoEqualities) {
  for (const CompareOp op :
       {CompareOp::kEqual, CompareOp::kLess, CompareOp::kLessEqual,
        CompareOp::kGreater, CompareOp::kGreaterEqual}) {
    for (uint64_t mask = 0; mask < 16; ++mask) {
      for (uint64_t bits = 0; bits < 16; ++bits) {
        if ((mask & bits) != 0) continue;
        for (uint64_t value = 0; value < 32; ++value) {
          const auto tests = MaskedEqualities(mask, bits, op, value);
          for (uint64_t x = 0; x < 16; ++x) {
            SeccompData data;
            data.arguments[0] = (x & mask) | bits;
            const bool wanted = Holds(
                Comparison{.argument = 0, .op = op, .value = value}, data);
            const auto holds = [&](const MaskedEquality& test) {
              return (x & test.mask) == test.value;
            };
            ASSERT_EQ(std::ranges::any_of(tests, holds), wanted)
                << static_cast<int>(op) << " " << mask << " " << bits << " "
                << value << " " << x;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace bailey::policy
