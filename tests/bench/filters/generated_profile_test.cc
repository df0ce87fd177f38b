#include "bench/filters/generated_profile.h"

#include <gtest/gtest.h>

#include <set>

#include "bench/filters/call_mix.h"

namespace bailey::bench {
namespace {

size_t NumbersOf(const policy::Policy& policy) {
  std::set<uint32_t> numbers;
  for (const policy::SyscallRule& rule : policy.portions[0].syscalls)
    numbers.insert(rule.number);
  return numbers.size();
}

TEST(GenerateProfile, TheSameSeedGivesTheSameProfile) {
  const policy::Policy once = GenerateProfile(5);
  const policy::Policy again = GenerateProfile(5);
  ASSERT_EQ(once.portions[0].syscalls.size(),
            again.portions[0].syscalls.size());
  EXPECT_EQ(once.name, again.name);
  for (size_t i = 0; i < once.portions[0].syscalls.size(); ++i)
    EXPECT_EQ(once.portions[0].syscalls[i].number,
              again.portions[0].syscalls[i].number);
}

TEST(GenerateProfile, AreOfEveryKindAndSize) {
  size_t smallest = 1000;
  size_t largest = 0;
  int deny_lists = 0;
  int with_arguments = 0;
  int wide = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const policy::Policy policy = GenerateProfile(seed);
    const policy::PortionPolicy& portion = policy.portions[0];
    smallest = std::min(smallest, NumbersOf(policy));
    largest = std::max(largest, NumbersOf(policy));
    deny_lists += portion.otherwise.kind == policy::ActionKind::kAllow;
    bool restricts = false;
    bool all_bits = false;
    for (const policy::SyscallRule& rule : portion.syscalls)
      for (const policy::Condition& operand : rule.when.operands) {
        restricts = true;
        all_bits |= operand.comparison.argument == 0 &&
                    operand.comparison.width_bits == 64;
      }
    with_arguments += restricts;
    wide += all_bits;
  }
  EXPECT_LT(smallest, 15u);
  EXPECT_GT(largest, 300u);
  EXPECT_GT(deny_lists, 40);
  EXPECT_LT(deny_lists, 100);
  EXPECT_GT(with_arguments, 80);
  EXPECT_LT(with_arguments, 180);
  EXPECT_GT(wide, 20);
}

TEST(MixUnder, HasOnlyWhatThePolicyAllowsAndEachRestrictedCall) {
  const auto mix = LoadCallMix();
  ASSERT_TRUE(mix.ok());
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const policy::Policy policy = GenerateProfile(seed);
    std::set<uint32_t> seen;
    for (const MixedCall& call : MixUnder(policy, *mix)) {
      EXPECT_TRUE(seen.insert(call.number).second);
      EXPECT_GT(call.weight, 0);
    }
  }
}

}  // namespace
}  // namespace bailey::bench
