#include "policy-compiler/formats/argument_cubes.h"

#include <gtest/gtest.h>

#include <random>

#include "policy-compiler/formats/call_regions.h"
#include "policy-compiler/language/condition.h"
#include "policy-compiler/language/evaluator.h"
#include "tests/policy-compiler/lower/policy_generator.h"

namespace bailey::policy {
namespace {

bool Holds(const ArgumentCube& cube, const SeccompData& data) {
  for (size_t i = 0; i < 6; ++i)
    if ((data.arguments[i] & cube.mask[i]) != cube.value[i]) return false;
  return true;
}

bool Any(const ArgumentCubes& cubes, const SeccompData& data) {
  return std::ranges::any_of(
      cubes, [&](const ArgumentCube& cube) { return Holds(cube, data); });
}

Condition Is(int argument, CompareOp op, uint64_t value, uint8_t width_bits,
             bool is_signed, uint64_t mask = ~uint64_t{0}) {
  return Compare({.argument = argument,
                  .width_bits = width_bits,
                  .is_signed = is_signed,
                  .mask = mask,
                  .op = op,
                  .value = value});
}

TEST(ArgumentCubes, ARangeFallsIntoAlignedBlocks) {
  const auto cubes = CubesOf(Is(0, CompareOp::kLess, 38, 32, false), 100);
  ASSERT_TRUE(cubes.has_value());
  ASSERT_EQ(cubes->size(), 3u);  // 0-31, 32-35, 36-37
  EXPECT_EQ(cubes->at(0).mask[0], 0xffffffe0u);
  EXPECT_EQ(cubes->at(2).mask[0], 0xfffffffeu);
  EXPECT_EQ(cubes->at(2).value[0], 36u);
}

TEST(ArgumentCubes, NothingAndEverything) {
  EXPECT_TRUE(CubesOf(Is(0, CompareOp::kLess, 0, 32, false), 9)->empty());
  const auto all =
      CubesOf(Is(0, CompareOp::kGreaterEqual, uint64_t{1} << 63, 64, true), 9);
  ASSERT_EQ(all->size(), 1u);
  EXPECT_TRUE(HoldsAlways(all->front()));
  EXPECT_TRUE(HoldsAlways(CubesOf(Condition{}, 9)->front()));
}

TEST(ArgumentCubes, TooManyAreNone) {
  EXPECT_FALSE(
      CubesOf(Is(0, CompareOp::kNotEqual, 0, 64, false), 63).has_value());
  EXPECT_TRUE(
      CubesOf(Is(0, CompareOp::kNotEqual, 0, 64, false), 64).has_value());
}

// Every kind of comparison, in trees, against the evaluator's own answer.
TEST(ArgumentCubes, HoldWhereTheConditionHolds) {
  int compared = 0, held = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    std::mt19937_64 random(seed);
    PolicyGenerator generator([&](uint64_t bound) { return random() % bound; });
    const Policy policy = generator.MakePolicy();
    for (const SyscallRule& rule : policy.portions[0].syscalls) {
      const auto cubes = CubesOf(rule.when, 300);
      if (!cubes) continue;
      for (const SeccompData& data : InterestingInputs(policy)) {
        if (data.number != rule.number) continue;
        ASSERT_EQ(Any(*cubes, data), Holds(rule.when, data)) << seed;
        ++compared;
        held += Any(*cubes, data);
      }
    }
  }
  EXPECT_GT(held, 1000);
  EXPECT_GT(compared - held, 1000);
}

// Each input is in the region of its answer, and in no other.
TEST(CallRegions, DivideTheCallsByTheirAnswers) {
  int placed = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    std::mt19937_64 random(seed);
    PolicyGenerator generator([&](uint64_t bound) { return random() % bound; });
    const Policy policy = generator.MakePolicy();
    const PortionPolicy& portion = policy.portions[0];
    for (const SyscallRule& rule : portion.syscalls) {
      const Syscall* const call =
          SyscallTable::For(policy.architecture).FindByNumber(rule.number);
      const Action silent = portion.otherwise;
      const auto regions = RegionsOf(portion, *call, silent, 300);
      if (!regions) continue;
      for (const SeccompData& data : InterestingInputs(policy)) {
        if (data.number != rule.number ||
            data.architecture !=
                SyscallTable::For(policy.architecture).audit_arch())
          continue;
        const Action answer =
            Evaluate(policy.architecture, portion, data).action;
        Action found = silent;
        for (const CallRegion& region : *regions)
          if (Any(region.cubes, data)) {
            EXPECT_EQ(found, silent) << "two regions hold " << seed;
            found = region.action;
          }
        ASSERT_EQ(found, answer) << seed;
        ++placed;
      }
    }
  }
  EXPECT_GT(placed, 10'000);
}

}  // namespace
}  // namespace bailey::policy
