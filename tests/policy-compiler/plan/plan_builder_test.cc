#include "policy-compiler/plan/plan_builder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <cerrno>

#include "policies/builtin_policies.h"
#include "policy-compiler/language/compile.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

const SourceText kText{"t.policy", R"(policy t {
  use "runtime/c";
  credential key from file "/run/key";
  portion signer trusted { uses key; function sign; }
  portion worker untrusted { }
  limit cpu 50 %, wall 2 s;
  otherwise errno EPERM;
}
)"};

FlowFunction Function(const std::string& name) {
  FlowFunction function;
  function.id = function.name = name;
  function.extent.file = function.body.file = "/s/a.c";
  function.extent.line = 1;
  function.return_type = {TypeKind::kInteger, "int", 4, true, false, {}};
  return function;
}

Flow SignerFlow() {
  Flow flow;
  flow.tool = "bailey test";
  flow.functions = {Function("main"), Function("sign")};
  flow.edges = {
      {EdgeKind::kCall, "main", "sign", false, {"a.c", 2, 2, "main"}}};
  return flow;
}

Policy Load() {
  ParsedPolicy parsed = LoadPolicy(kText, FindBuiltinPolicy);
  EXPECT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  return *parsed.policy;
}

// Its numbers would mean other calls on the host.
TEST(PlanBuilderTest, APolicyForAnotherArchitectureIsRefused) {
  const SourceText text{"t.policy", "policy t { target linux aarch64; }"};
  const ParsedPolicy parsed = LoadPolicy(text, FindBuiltinPolicy);
  ASSERT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  Diagnostics diagnostics;
  const auto result =
      BuildPlan(*parsed.policy, text, SignerFlow(), diagnostics);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("the policy is for aarch64"));
}

TEST(PlanBuilderTest, PutsPolicyPlacementAndProofsTogether) {
  Diagnostics diagnostics;
  const auto result = BuildPlan(Load(), kText, SignerFlow(), diagnostics);
  ASSERT_TRUE(result.ok()) << RenderText(diagnostics);
  EXPECT_TRUE(result->unproved.empty());
  const Plan& plan = result->plan;
  ASSERT_EQ(plan.portions.size(), 2u);
  EXPECT_FALSE(plan.portions[0].holds_main);
  EXPECT_TRUE(plan.portions[1].holds_main);
  ASSERT_EQ(plan.crossings.size(), 1u);
  EXPECT_EQ(plan.crossings[0].name, "sign");
  EXPECT_EQ(plan.portions[0].filters.size(), 3u);
  EXPECT_EQ(plan.portions[0].limits.wall_ms, 2000u);
  EXPECT_EQ(plan.policy_sha256.size(), 64u);
}

TEST(PlanBuilderTest, NamesWhatItCannotEnforce) {
  Diagnostics diagnostics;
  const auto result = BuildPlan(Load(), kText, SignerFlow(), diagnostics);
  ASSERT_TRUE(result.ok());
  ASSERT_EQ(result->plan.unenforced.size(), 1u);
  EXPECT_THAT(result->plan.unenforced[0], HasSubstr("limit cpu 50 %"));
}

TEST(PlanBuilderTest, EveryRuleThatAFilterReturnsIsDescribed) {
  Diagnostics diagnostics;
  const auto result = BuildPlan(Load(), kText, SignerFlow(), diagnostics);
  ASSERT_TRUE(result.ok());
  for (const PlanPortion& portion : result->plan.portions) {
    const PlanFilter* filter = FindFilter(portion, FilterKind::kRuleIndex);
    for (const sock_filter& instruction : filter->program) {
      if (instruction.code != (BPF_RET | BPF_K)) continue;
      const bool described = std::ranges::any_of(
          portion.rules,
          [&](const PlanRule& rule) { return rule.index == instruction.k; });
      EXPECT_TRUE(described) << instruction.k;
    }
  }
}

TEST(PlanBuilderTest, AnUnknownSeedIsAnErrorWithItsPlace) {
  Flow flow = SignerFlow();
  flow.functions[1] = Function("sing");
  flow.edges.clear();
  Diagnostics diagnostics;
  EXPECT_FALSE(BuildPlan(Load(), kText, flow, diagnostics).ok());
  EXPECT_THAT(RenderText(diagnostics), HasSubstr("sign"));
}

TEST(PlanBuilderTest, ADenialThatWouldHangTheChannelIsRefused) {
  const SourceText text{"t.policy", R"(policy t {
  use "runtime/c";
  portion signer trusted { function sign; }
  portion worker untrusted { }
  deny syscall futex then errno EPERM;
  otherwise errno EPERM;
})"};
  ParsedPolicy parsed = LoadPolicy(text, FindBuiltinPolicy);
  ASSERT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  Diagnostics diagnostics;
  const auto result =
      BuildPlan(*parsed.policy, text, SignerFlow(), diagnostics);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("t.policy:5"));
  EXPECT_THAT(result.error().message, HasSubstr("FUTEX_WAIT"));
}

const SourceText kServing{"t.policy", R"(policy t {
  use "runtime/c";
  portion signer trusted { function sign; }
  portion worker untrusted {
    serving { allow syscall read; otherwise errno ENOSYS; }
  }
  otherwise errno EPERM;
})"};

Result<PlanResult> BuildServing(std::string text) {
  const SourceText source{"t.policy", std::move(text)};
  ParsedPolicy parsed = LoadPolicy(source, FindBuiltinPolicy);
  EXPECT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  Diagnostics diagnostics;
  return BuildPlan(*parsed.policy, source, SignerFlow(), diagnostics);
}

TEST(PlanBuilderTest, TheFilterForServingIsProvedAndReadsBack) {
  const auto result = BuildServing(kServing.text);
  ASSERT_TRUE(result.ok()) << result.error().message;
  EXPECT_TRUE(result->unproved.empty());
  const auto again = ParsePlan(WritePlan(result->plan), "plan.json");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_FALSE(again->portions[0].serving.has_value());
  ASSERT_TRUE(again->portions[1].serving.has_value());
  const PlanFilter& filter = *again->portions[1].serving;
  EXPECT_EQ(filter.kind, FilterKind::kPlain);
  EXPECT_THAT(filter.solver, HasSubstr("z3"));
  SeccompData call;
  call.architecture = SyscallTable::For(Architecture::kX8664).audit_arch();
  call.number = 0;  // read
  EXPECT_EQ(RunBpf(filter.program, call).returned, SECCOMP_RET_ALLOW);
  call.number = 1;  // write
  EXPECT_EQ(RunBpf(filter.program, call).returned, SECCOMP_RET_ERRNO | ENOSYS);
}

TEST(PlanBuilderTest, ADenialOfTheSwitchIsRefused) {
  std::string text = kServing.text;
  text.insert(text.find("  otherwise errno EPERM"),
              "  deny syscall seccomp then errno EPERM;\n");
  const auto result = BuildServing(text);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.error().message, HasSubstr("denies seccomp"));
}

TEST(PlanBuilderTest, ThePlanReadsBack) {
  Diagnostics diagnostics;
  const auto result = BuildPlan(Load(), kText, SignerFlow(), diagnostics);
  ASSERT_TRUE(result.ok());
  const std::string text = WritePlan(result->plan);
  const auto again = ParsePlan(text, "plan.json");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(WritePlan(*again), text);
}

}  // namespace
}  // namespace bailey::policy
