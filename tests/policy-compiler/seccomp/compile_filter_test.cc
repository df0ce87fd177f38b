#include "policy-compiler/seccomp/compile_filter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <optional>
#include <random>

#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/seccomp/disassembler.h"
#include "policy-compiler/seccomp/kernel_bitmap.h"
#include "tests/policy-compiler/lower/policy_generator.h"
#include "tests/policy-compiler/lower/reference_evaluator.h"
#include "tests/policy-compiler/seccomp/oci_profile.h"

namespace bailey::policy {
namespace {

constexpr FilterKind kKinds[] = {FilterKind::kNotify, FilterKind::kPlain,
                                 FilterKind::kRuleIndex};

void ExpectAgreement(const Policy& policy, const BpfProgram& program,
                     FilterKind kind, const NotifyOptions& options,
                     const std::vector<SeccompData>& inputs) {
  for (const SeccompData& data : inputs) {
    const Verdict verdict =
        Evaluate(policy.architecture, policy.portions[0], data);
    ASSERT_EQ(verdict, ReferenceVerdict(policy, policy.portions[0], data));
    const CallFacts facts = FactsOf(policy.architecture, data, options);
    ASSERT_EQ(RunBpf(program, data).returned,
              FilterReturn(kind, verdict, facts, options))
        << "number " << data.number << "\n"
        << Disassemble(program, kind);
  }
}

// Objectives by turns, and sometimes frequencies.
EmissionOptions SomeEmission(std::mt19937_64& random, int turn) {
  EmissionOptions emission;
  emission.objective = static_cast<Objective>(turn % 3);
  if (random() % 2) return emission;
  for (int i = 0; i < 20; ++i) {
    emission.frequencies[static_cast<uint32_t>(random() % 480)] =
        static_cast<double>(random() % 1000);
  }
  return emission;
}

class EveryArchitecture : public testing::TestWithParam<Architecture> {};

INSTANTIATE_TEST_SUITE_P(Targets, EveryArchitecture,
                         testing::ValuesIn(kArchitectures),
                         [](const auto& each) {
                           return std::string(ArchitectureName(each.param));
                         });

TEST_P(EveryArchitecture, AgreesWithTheEvaluatorsOnRandomPolicies) {
  std::mt19937_64 random(4);
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; },
                            GetParam());
  for (int i = 0; i < 100; ++i) {
    const Policy policy = generator.MakePolicy();
    const NotifyOptions options = generator.MakeOptions();
    std::vector<SeccompData> inputs = InterestingInputs(policy);
    for (int j = 0; j < 50; ++j) inputs.push_back(generator.MakeInput());
    for (const FilterKind kind : kKinds) {
      const auto program = CompileFilter(policy, policy.portions[0], kind,
                                         options, SomeEmission(random, i));
      ASSERT_TRUE(program.ok());
      ASSERT_TRUE(ValidateBpf(*program).ok());
      ASSERT_NO_FATAL_FAILURE(
          ExpectAgreement(policy, *program, kind, options, inputs));
    }
  }
}

// Sets of values of one argument, as profiles list them: sets that one test of
// bits covers, ranges, high words that are shared between calls.
Policy ValueSets(std::mt19937_64& random) {
  Policy policy;
  PortionPolicy portion;
  portion.name = "main";
  portion.otherwise = {ActionKind::kErrno, 1};
  for (uint32_t call = 0; call < 12; ++call) {
    SyscallRule rule;
    rule.number = static_cast<uint32_t>(random() % 330);
    rule.action = {ActionKind::kAllow};
    rule.rule = kFirstUserRule + call;
    rule.when.kind = Condition::Kind::kAny;
    const uint64_t bits = random() & 0x1ff;
    for (uint64_t i = random() % 9 + 1; i > 0; --i) {
      Condition value;
      value.kind = Condition::Kind::kCompare;
      value.comparison.argument = static_cast<int>(call % 2);
      value.comparison.width_bits = call % 3 == 0 ? 32 : 64;
      value.comparison.value = random() % 2 ? random() & bits : random() % 16;
      rule.when.operands.push_back(value);
    }
    portion.syscalls.push_back(rule);
  }
  policy.portions.push_back(portion);
  return policy;
}

TEST(CompileFilter, AgreesWithTheEvaluatorsOnSetsOfValues) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 25; ++i) {
    const Policy policy = ValueSets(random);
    std::vector<SeccompData> inputs = InterestingInputs(policy);
    for (const SyscallRule& rule : policy.portions[0].syscalls) {
      for (uint64_t value = 0; value < 512; ++value) {
        inputs.push_back({.number = rule.number,
                          .architecture = 0xc000003e,
                          .instruction_pointer = 0,
                          .arguments = {value, value}});
      }
    }
    const auto program =
        CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {},
                      SomeEmission(random, i));
    ASSERT_TRUE(program.ok());
    ASSERT_NO_FATAL_FAILURE(
        ExpectAgreement(policy, *program, FilterKind::kPlain, {}, inputs));
  }
}

// Allows of single numbers in every pattern: folds and their like.
TEST(CompileFilter, AgreesWithTheEvaluatorsOnSetsOfNumbers) {
  std::mt19937_64 random(13);
  for (int i = 0; i < 25; ++i) {
    Policy policy = ValueSets(random);
    std::vector<SyscallRule>& rules = policy.portions[0].syscalls;
    const auto often = random() % 8 + 1;
    for (uint32_t number = 0; number < 480; ++number) {
      if (random() % often != 0) continue;
      rules.push_back({number,
                       {},
                       {ActionKind::kAllow},
                       kFirstUserRule + static_cast<uint32_t>(rules.size())});
    }
    const auto program =
        CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {},
                      SomeEmission(random, i));
    ASSERT_TRUE(program.ok());
    ASSERT_NO_FATAL_FAILURE(ExpectAgreement(
        policy, *program, FilterKind::kPlain, {}, InterestingInputs(policy)));
  }
}

class RealProfile : public testing::TestWithParam<std::string> {};

TEST_P(RealProfile, AgreesWithTheEvaluators) {
  const Policy policy = LoadOciProfile(GetParam());
  const std::vector<SeccompData> inputs = InterestingInputs(policy);
  for (const FilterKind kind : kKinds) {
    const auto program = CompileFilter(policy, policy.portions[0], kind, {});
    ASSERT_TRUE(program.ok());
    ExpectAgreement(policy, *program, kind, {}, inputs);
  }
}

TEST_P(RealProfile, LetsTheKernelAnswerWhatDependsOnNoArgument) {
  const Policy policy = LoadOciProfile(GetParam());
  const auto program =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(program.ok());
  int constant = 0;
  for (const SyscallRule& rule : policy.portions[0].syscalls) {
    if (!rule.when.operands.empty()) continue;
    if (rule.action.kind != ActionKind::kAllow) continue;
    EXPECT_TRUE(IsConstantAllow(*program, 0xc000003e, rule.number))
        << rule.number;
    ++constant;
  }
  EXPECT_GT(constant, 0);
}

INSTANTIATE_TEST_SUITE_P(Profiles, RealProfile,
                         testing::Values("docker", "web40", "allow300"),
                         [](const auto& profile) { return profile.param; });

TEST(CompileFilter, TheSameInputGivesTheSameBytes) {
  const Policy policy = LoadOciProfile("web40");
  const auto once =
      CompileFilter(policy, policy.portions[0], FilterKind::kNotify, {});
  const auto again =
      CompileFilter(policy, policy.portions[0], FilterKind::kNotify, {});
  ASSERT_TRUE(once.ok() && again.ok());
  EXPECT_EQ(Disassemble(*once, FilterKind::kNotify),
            Disassemble(*again, FilterKind::kNotify));
}

// ioctl with `count` permitted requests, every second number.
Policy ManyValues(uint32_t count) {
  Policy policy;
  PortionPolicy portion;
  portion.name = "main";
  portion.otherwise = {ActionKind::kErrno, 1};
  SyscallRule rule;
  rule.number = 16;
  rule.action = {ActionKind::kAllow};
  rule.rule = kFirstUserRule;
  rule.when.kind = Condition::Kind::kAny;
  for (uint32_t i = 0; i < count; ++i) {
    Condition value;
    value.kind = Condition::Kind::kCompare;
    value.comparison.argument = 1;
    value.comparison.width_bits = 32;
    value.comparison.value = 2 * i;
    rule.when.operands.push_back(value);
  }
  portion.syscalls.push_back(rule);
  policy.portions.push_back(portion);
  return policy;
}

TEST(CompileFilter, JumpsFurtherThanAConditionalReaches) {
  const Policy policy = ManyValues(900);
  const auto program =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(program.ok());
  std::vector<SeccompData> inputs = InterestingInputs(policy);
  ExpectAgreement(policy, *program, FilterKind::kPlain, {}, inputs);
}

TEST(CompileFilter, SaysWhenTheKernelsLimitIsReached) {
  const Policy policy = ManyValues(5000);
  const auto program =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_FALSE(program.ok());
  EXPECT_THAT(program.error().message,
              testing::AllOf(testing::HasSubstr("portion `main`"),
                             testing::HasSubstr("4096")));
  EXPECT_FALSE(program.error().hint.empty());
}

}  // namespace
}  // namespace bailey::policy
