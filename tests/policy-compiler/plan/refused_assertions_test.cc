// A policy whose assertion does not hold gives a plan without filters, which
// nobody can take for a usable one.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policies/builtin_policies.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/loader_rules.h"
#include "policy-compiler/plan/plan_builder.h"
#include "policy-compiler/plan/program_plan.h"

namespace bailey::policy {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

Policy LoadNamed(const std::string& name, const std::string& text) {
  ParsedPolicy parsed = LoadPolicy({name, text}, FindBuiltinPolicy);
  EXPECT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  return parsed.policy ? *std::move(parsed.policy) : Policy{};
}

Result<PlanResult> PlanProgramUnder(const std::string& body) {
  const std::string name(kLoaderLibrary);
  return BuildProgramPlan(
      LoadNamed("p.policy", "policy p {" + body + "}"),
      LoadNamed(name, FindBuiltinPolicy(name).value_or("")),
      {.portion = "worker", .program = "/bin/x", .tool = ""});
}

constexpr const char* kPortions =
    "portion worker untrusted { } portion other untrusted { allow syscall "
    "socket; } otherwise errno EPERM;";

TEST(RefusedAssertionsTest, OneThatHoldsIsNoHindrance) {
  const auto made = PlanProgramUnder(
      std::string("assert never syscall socket in worker;") + kPortions);
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_TRUE(made->usable());
  EXPECT_THAT(made->plan.portions, SizeIs(1));
}

// Of a portion that does not run here, too: the policy is not what its author
// says it is.
TEST(RefusedAssertionsTest, OneOfAnyPortionRefusesTheProgram) {
  const auto made =
      PlanProgramUnder(std::string("assert never syscall socket;") + kPortions);
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_FALSE(made->usable());
  ASSERT_THAT(made->refused, SizeIs(1));
  EXPECT_EQ(made->refused[0].portion, "other");
  EXPECT_THAT(made->plan.portions, IsEmpty());
}

// What the loader needs is in the filter that runs.
TEST(RefusedAssertionsTest, TheLoadersRulesCount) {
  const auto made = PlanProgramUnder(
      std::string("assert never syscall mmap(prot & PROT_EXEC != 0) in "
                  "worker;") +
      kPortions);
  ASSERT_TRUE(made.ok()) << made.error().message;
  ASSERT_THAT(made->refused, SizeIs(1));
  EXPECT_EQ(made->refused[0].witness->rule.file, kLoaderLibrary);
}

TEST(RefusedAssertionsTest, ASplitProgramIsRefused) {
  const SourceText text{"t.policy",
                        "policy t { use \"runtime/c\"; assert never syscall "
                        "read; otherwise errno EPERM; }"};
  Flow flow;
  FlowFunction main;
  main.id = main.name = "main";
  main.extent.file = main.body.file = "/s/a.c";
  main.extent.line = 1;
  main.return_type = {TypeKind::kInteger, "int", 4, true, false, {}};
  flow.functions = {main};
  Diagnostics diagnostics;
  const auto made =
      BuildPlan(LoadNamed(text.name, text.text), text, flow, diagnostics);
  ASSERT_TRUE(made.ok()) << RenderText(diagnostics);
  EXPECT_FALSE(made->usable());
  for (const PlanPortion& portion : made->plan.portions)
    EXPECT_THAT(portion.filters, IsEmpty());
}

}  // namespace
}  // namespace bailey::policy
