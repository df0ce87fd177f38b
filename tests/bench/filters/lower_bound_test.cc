#include "bench/filters/lower_bound.h"

#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "bench/filters/generated_profile.h"
#include "bench/filters/profile.h"
#include "bench/rivals/rival.h"
#include "policy-compiler/libseccomp/number_prologue.h"
#include "policy-compiler/seccomp/compile_filter.h"

namespace bailey::bench {
namespace {

using policy::ActionKind;
using policy::CompareOp;

// ld arch, jeq; ld number, jeq 39 and the known, unknown and x32 numbers apart.
TEST(SizeBoundOf, CountsWhatAnAllowedNumberNeeds) {
  policy::Policy policy = EmptyProfile("one", {ActionKind::kKillProcess});
  AddRule(policy, 39, {ActionKind::kAllow});
  const auto bound = SizeBoundOf(policy);
  ASSERT_TRUE(bound.ok());
  EXPECT_EQ(bound->words, 2u);
  EXPECT_EQ(bound->returns, 2u);
  EXPECT_EQ(bound->number_tests, 1u);
  EXPECT_EQ(bound->by_comparison(), 6u);
  EXPECT_EQ(bound->of_any(), 6u);
}

TEST(SizeBoundOf, CountsTheWordsThatDecide) {
  policy::Policy policy = EmptyProfile("one", {ActionKind::kKillProcess});
  AddRule(
      policy, 41, {ActionKind::kAllow},
      {CompareArgument(41, 0, ArgumentWidths::kFull, CompareOp::kEqual, 1)});
  const auto wide = SizeBoundOf(policy);
  ASSERT_TRUE(wide.ok());
  EXPECT_EQ(wide->words, 4u);
  EXPECT_EQ(wide->by_comparison(), 10u);
}

// Two calls with the same condition need it once, a third with another again.
TEST(SizeBoundOf, CountsAConditionOnce) {
  policy::Policy policy = EmptyProfile("three", {ActionKind::kKillProcess});
  const auto add = [&](uint32_t number, uint64_t mask) {
    AddRule(policy, number, {ActionKind::kAllow},
            {CompareArgument(number, 2, ArgumentWidths::kFull,
                             CompareOp::kEqual, 0, mask)});
  };
  add(9, 4);
  add(10, 4);
  const auto two = SizeBoundOf(policy);
  add(257, 0x243);
  const auto three = SizeBoundOf(policy);
  ASSERT_TRUE(two.ok() && three.ok());
  EXPECT_EQ(two->argument_loads, 1u);
  EXPECT_EQ(two->word_tests, 2u);  // the architecture's, jset #4
  EXPECT_EQ(three->argument_loads, 2u);
  EXPECT_EQ(three->word_tests, 3u);
}

TEST(CostBoundOf, IsTheLengthOfTheOnlyPath) {
  policy::Policy policy = EmptyProfile("one", {ActionKind::kKillProcess});
  AddRule(
      policy, 41, {ActionKind::kAllow},
      {CompareArgument(41, 0, ArgumentWidths::kKernel, CompareOp::kEqual, 1)});
  const auto bound = CostBoundOf(
      policy, {{.number = 41, .weight = 2, .arguments = {1, 0, 0, 0, 0, 0}}});
  ASSERT_TRUE(bound.ok() && bound->has_value());
  // ld arch, jeq, ld number, jeq, ld word, jeq, ret.
  EXPECT_DOUBLE_EQ((*bound)->by_comparison, 7);
  EXPECT_DOUBLE_EQ((*bound)->by_any_test, 7);
}

// Whether a program is in the class "by comparison"
// (docs/filters-lower-bound.md).
class ClassOfProgram {
 public:
  ClassOfProgram(const policy::Policy& policy, const BpfProgram& program)
      : states_(program.size() + 1) {
    for (const policy::SyscallRule& rule : policy.portions[0].syscalls)
      for (const policy::Condition& operand : rule.when.operands)
        AddMask(operand);
    states_[0] = State{};
    for (size_t at = 0; at < program.size(); ++at)
      if (states_[at]) Step(program[at], at);
  }

  bool by_comparison() const { return by_comparison_; }

 private:
  static constexpr uint32_t kMixed = 64;  // not the same on all paths

  struct State {
    uint32_t word = kMixed;
    bool argument_read = false;
    bool operator==(const State&) const = default;
  };

  void AddMask(const policy::Condition& operand) {
    const policy::Comparison& comparison = operand.comparison;
    const uint64_t mask =
        comparison.mask & (~uint64_t{0} >> (64 - comparison.width_bits));
    const auto low = static_cast<uint32_t>(16 + 8 * comparison.argument);
    masks_.insert({low, static_cast<uint32_t>(mask)});
    masks_.insert({low + 4, static_cast<uint32_t>(mask >> 32)});
  }

  void Reach(size_t at, State state) {
    if (states_[at] && states_[at]->word != state.word) state.word = kMixed;
    state.argument_read |= states_[at] && states_[at]->argument_read;
    states_[at] = state;
  }

  void Step(const sock_filter& instruction, size_t at) {
    State state = *states_[at];
    const auto& [code, jt, jf, k] = instruction;
    const bool masks = code == (BPF_ALU | BPF_AND | BPF_K) ||
                       code == (BPF_JMP | BPF_JSET | BPF_K);
    if (masks) by_comparison_ &= masks_.contains({state.word, k});
    if (code == (BPF_LD | BPF_W | BPF_ABS)) {
      by_comparison_ &= k >= 16 || !state.argument_read;
      state = {k, state.argument_read || k >= 16};
    }
    if (BPF_CLASS(code) == BPF_RET) return;
    if (code == (BPF_JMP | BPF_JA)) return Reach(at + 1 + k, state);
    if (BPF_CLASS(code) != BPF_JMP) return Reach(at + 1, state);
    by_comparison_ &= state.word != kMixed;
    Reach(at + 1 + jt, state);
    Reach(at + 1 + jf, state);
  }

  std::vector<std::optional<State>> states_;
  std::set<std::pair<uint32_t, uint32_t>> masks_;
  bool by_comparison_ = true;
};

std::vector<policy::Policy> RealAndGeneratedProfiles() {
  std::vector<policy::Policy> policies;
  for (const char* name : {"docker", "web40", "allow300"})
    for (const ArgumentWidths widths :
         {ArgumentWidths::kFull, ArgumentWidths::kKernel})
      policies.push_back(LoadProfile(name, widths).value());
  for (uint64_t seed = 0; seed < 6; ++seed)
    policies.push_back(GenerateProfile(seed));
  return policies;
}

// The filters that come nearest to the bound are ours.
TEST(LowerBound, IsBelowEveryOneOfOursInItsClass) {
  int in_class = 0;
  for (const policy::Policy& policy : RealAndGeneratedProfiles()) {
    const auto bound = SizeBoundOf(policy);
    const auto program = policy::CompileFilter(policy, policy.portions[0],
                                               FilterKind::kPlain, {});
    ASSERT_TRUE(bound.ok() && program.ok());
    EXPECT_LE(bound->of_any(), program->size()) << policy.name;
    if (!ClassOfProgram(policy, *program).by_comparison()) continue;
    EXPECT_LE(bound->by_comparison(), program->size()) << policy.name;
    ++in_class;
  }
  EXPECT_GT(in_class, 0);
}

// A bound that some filter beats is none: held against every scheme there is.
TEST(LowerBound, IsBelowEveryRightFilter) {
  const auto mix = LoadCallMix();
  ASSERT_TRUE(mix.ok());
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const policy::Policy policy = GenerateProfile(seed);
    const auto size = SizeBoundOf(policy);
    const auto profile = MakeRivalProfile(policy, *mix);
    ASSERT_TRUE(size.ok() && profile.ok());
    EXPECT_LE(size->of_any(), size->by_comparison());
    for (const Rival& rival : kRivals) {
      const auto program = rival.compile(*profile);
      ASSERT_TRUE(program.ok());
      const BpfProgram right =
          policy::WithNumberPrologue(policy, policy.portions[0], *program);
      EXPECT_LE(size->by_comparison(), right.size())
          << policy.name << " " << rival.name;
    }
  }
}

}  // namespace
}  // namespace bailey::bench
