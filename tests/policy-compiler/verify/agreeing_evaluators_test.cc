// The evaluators against each other with fixed seeds, and on the benchmark
// filters: every emitted instruction is executed, each jump both ways.

#include "tests/policy-compiler/verify/agreeing_evaluators.h"

#include <gtest/gtest.h>

#include <iostream>
#include <random>

#include "tests/policy-compiler/seccomp/oci_profile.h"

namespace bailey::policy {
namespace {

constexpr FilterKind kKinds[] = {FilterKind::kNotify, FilterKind::kPlain,
                                 FilterKind::kRuleIndex};

constexpr Objective kObjectives[] = {Objective::kBitmap, Objective::kLegacy,
                                     Objective::kSize};

class AgreeingEvaluators : public testing::TestWithParam<Architecture> {};

INSTANTIATE_TEST_SUITE_P(Targets, AgreeingEvaluators,
                         testing::ValuesIn(kArchitectures),
                         [](const auto& each) {
                           return std::string(ArchitectureName(each.param));
                         });

TEST_P(AgreeingEvaluators, OnRandomPolicies) {
  std::mt19937_64 random(17);
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; },
                            GetParam());
  Agreement all;
  for (int i = 0; i < 60; ++i) {
    const Policy policy = generator.MakePolicy();
    const NotifyOptions options = generator.MakeOptions();
    std::vector<SeccompData> more;
    for (int j = 0; j < 50; ++j) more.push_back(generator.MakeInput());
    const EmissionOptions emission{.objective = kObjectives[i / 3 % 3],
                                   .frequencies = {}};
    const Agreement one =
        CompareEvaluators(policy, kKinds[i % 3], options, more, emission);
    ASSERT_EQ(one.fault, "") << "policy " << i;
    all.instructions += one.instructions;
    all.branches += one.branches;
    all.by_solver += one.by_solver;
    all.infeasible += one.infeasible;
    all.dead += one.dead;
  }
  std::cout << all.instructions << " instructions, " << all.branches
            << " branches: " << all.by_solver
            << " taken by inputs of Z3's alone, " << all.infeasible
            << " shown to be taken by none, " << all.dead
            << " instructions dead\n";
  EXPECT_GT(all.instructions, 2000u);
  // Derived inputs do most of it, and code that nothing reaches is rare.
  EXPECT_LT(all.by_solver, all.branches / 5);
  EXPECT_LT(all.infeasible, all.branches / 20);
}

TEST(EvaluatorsAgree, OnTheBenchmarkFilters) {
  for (const char* name : {"docker", "web40", "allow300"}) {
    const Policy policy = LoadOciProfile(name);
    for (const FilterKind kind : kKinds) {
      const Agreement agreement = CompareEvaluators(policy, kind, {}, {});
      EXPECT_EQ(agreement.fault, "") << name;
      EXPECT_EQ(agreement.dead, 0u) << name << " " << FilterKindName(kind);
    }
  }
}

}  // namespace
}  // namespace bailey::policy
