#include "policy-compiler/libseccomp/libseccomp_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <random>

#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/verify/prove.h"
#include "tests/policy-compiler/lower/policy_generator.h"
#include "tests/policy-compiler/seccomp/oci_profile.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kTimeoutMs = 60'000;

ProofResult ProofOf(const Policy& policy, const BpfProgram& program) {
  return ProveFilter(policy, policy.portions[0], FilterKind::kPlain, {},
                     program, kTimeoutMs);
}

Policy PolicyWith(std::vector<SyscallRule> rules, const Action& otherwise,
                  Architecture architecture = Architecture::kX8664) {
  Policy policy;
  policy.name = "test";
  policy.architecture = architecture;
  PortionPolicy portion;
  portion.name = "main";
  portion.otherwise = otherwise;
  for (SyscallRule& rule : rules) {
    rule.rule = kFirstUserRule + static_cast<uint32_t>(policy.rules.size());
    RuleInfo info;
    info.index = rule.rule;
    info.text = "rule " + std::to_string(policy.rules.size() + 1);
    policy.rules.push_back(info);
    portion.syscalls.push_back(rule);
  }
  policy.portions.push_back(portion);
  return policy;
}

Condition Compare(const Comparison& comparison) {
  Condition condition;
  condition.kind = Condition::Kind::kCompare;
  condition.comparison = comparison;
  return condition;
}

class RealProfile
    : public testing::TestWithParam<std::tuple<std::string, bool>> {};

INSTANTIATE_TEST_SUITE_P(Profiles, RealProfile,
                         testing::Combine(testing::Values("docker", "web40",
                                                          "allow300"),
                                          testing::Bool()),
                         [](const auto& each) {
                           return std::get<0>(each.param) +
                                  (std::get<1>(each.param) ? "_tree"
                                                           : "_linear");
                         });

TEST_P(RealProfile, IsProved) {
  const Policy policy = LoadOciProfile(std::get<0>(GetParam()));
  const auto program = CompileWithLibseccomp(
      policy, policy.portions[0], {.binary_tree = std::get<1>(GetParam())});
  ASSERT_TRUE(program.ok()) << program.error().message;
  EXPECT_TRUE(ProofOf(policy, *program).proved());
}

TEST_P(RealProfile, WithoutOurAnswersToUnknownNumbersIsRefuted) {
  const Policy policy = LoadOciProfile(std::get<0>(GetParam()));
  const auto program =
      CompileWithLibseccomp(policy, policy.portions[0],
                            {.binary_tree = std::get<1>(GetParam()),
                             .answer_unknown_numbers = false});
  ASSERT_TRUE(program.ok()) << program.error().message;
  const ProofResult proof = ProofOf(policy, *program);
  ASSERT_TRUE(proof.counterexample.has_value());
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  EXPECT_EQ(table.FindByNumber(proof.counterexample->data.number), nullptr);
}

TEST(CompileWithLibseccomp, TheStrongerRuleDecidesWhereTwoMatch) {
  const Policy policy = PolicyWith(
      {{.number = 41, .when = {}, .action = {ActionKind::kAllow}},
       {.number = 41,
        .when = Compare({.argument = 0, .width_bits = 32, .value = 16}),
        .action = {ActionKind::kErrno, 97}},
       {.number = 41,
        .when = Compare({.argument = 1,
                         .width_bits = 32,
                         .op = CompareOp::kGreater,
                         .value = 4}),
        .action = {ActionKind::kKillProcess}}},
      {ActionKind::kErrno, 1});
  for (const bool tree : {false, true}) {
    const auto program = CompileWithLibseccomp(policy, policy.portions[0],
                                               {.binary_tree = tree});
    ASSERT_TRUE(program.ok()) << program.error().message;
    EXPECT_TRUE(ProofOf(policy, *program).proved());
  }
}

TEST(CompileWithLibseccomp, DenyListsAndClone3AreProved) {
  Policy policy = PolicyWith(
      {{.number = 101, .when = {}, .action = {ActionKind::kErrno, 1}},
       {.number = 56,
        .when = Compare({.argument = 0,
                         .width_bits = 32,
                         .mask = 0x10000000,
                         .op = CompareOp::kNotEqual,
                         .value = 0}),
        .action = {ActionKind::kErrno, 1}}},
      {ActionKind::kAllow});
  policy.portions[0].clone_constrained = true;
  const auto program = CompileWithLibseccomp(policy, policy.portions[0], {});
  ASSERT_TRUE(program.ok()) << program.error().message;
  EXPECT_TRUE(ProofOf(policy, *program).proved());
}

TEST(CompileWithLibseccomp, OtherArchitecturesAreProved) {
  const Policy policy = PolicyWith(
      {{.number = 63, .when = {}, .action = {ActionKind::kAllow}},
       {.number = 198,
        .when = Compare({.argument = 0, .width_bits = 32, .value = 1}),
        .action = {ActionKind::kLog}}},
      {ActionKind::kKillThread}, Architecture::kAarch64);
  const auto program = CompileWithLibseccomp(policy, policy.portions[0], {});
  ASSERT_TRUE(program.ok()) << program.error().message;
  EXPECT_TRUE(ProofOf(policy, *program).proved());
}

TEST(CompileWithLibseccomp, NamesTheRuleThatItCannotSay) {
  Condition all;
  for (int argument = 0; argument < 3; ++argument) {
    all.operands.push_back(Compare({.argument = argument,
                                    .width_bits = 32,
                                    .op = CompareOp::kNotEqual,
                                    .value = 5}));
  }
  const Policy policy =
      PolicyWith({{.number = 0, .when = {}, .action = {ActionKind::kAllow}},
                  {.number = 1, .when = all, .action = {ActionKind::kAllow}}},
                 {ActionKind::kErrno, 1});
  const auto program = CompileWithLibseccomp(policy, policy.portions[0], {});
  ASSERT_FALSE(program.ok());
  EXPECT_THAT(program.error().message, testing::HasSubstr("`rule 2`"));
}

// Two orders of one argument, of which libseccomp 2.5.4 joins the high words:
// it allows 0x2ffffffff, which neither rule does.
TEST(CompileWithLibseccomp, ALooserFilterIsRefuted) {
  const Policy policy = PolicyWith(
      {{.number = 8,
        .when = Compare({.argument = 1,
                         .op = CompareOp::kGreater,
                         .value = 0xffffffff00000000}),
        .action = {ActionKind::kAllow}},
       {.number = 8,
        .when = Compare(
            {.argument = 1, .op = CompareOp::kLess, .value = 0x200000000}),
        .action = {ActionKind::kAllow}}},
      {ActionKind::kKillProcess});
  const auto program = CompileWithLibseccomp(policy, policy.portions[0], {});
  ASSERT_TRUE(program.ok()) << program.error().message;
  const ProofResult proof = ProofOf(policy, *program);
  ASSERT_TRUE(proof.counterexample.has_value());
  EXPECT_EQ(proof.counterexample->expected, uint32_t{SECCOMP_RET_KILL_PROCESS});
  EXPECT_EQ(proof.counterexample->actual, uint32_t{SECCOMP_RET_ALLOW});
}

// Random policies have every form of condition, and rules that meet. Each
// filter is right on the inputs that are derived from its policy, or Z3 has a
// witness: never a wrong filter that is proved.
TEST(CompileWithLibseccomp, WhatItGetsWrongIsNeverProved) {
  std::mt19937_64 random(3);
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; });
  int right = 0;
  for (int i = 0; i < 40; ++i) {
    const Policy policy = generator.MakePolicy();
    const auto program = CompileWithLibseccomp(policy, policy.portions[0],
                                               {.binary_tree = i % 2 == 0});
    if (!program.ok()) continue;
    bool agrees = true;
    for (const SeccompData& data : InterestingInputs(policy)) {
      const Verdict verdict =
          Evaluate(policy.architecture, policy.portions[0], data);
      agrees &= RunBpf(*program, data).returned ==
                FilterReturn(FilterKind::kPlain, verdict, {}, {});
    }
    if (!agrees) {
      EXPECT_TRUE(ProofOf(policy, *program).counterexample.has_value()) << i;
    }
    right += agrees;
  }
  EXPECT_GT(right, 0);
}

}  // namespace
}  // namespace bailey::policy
