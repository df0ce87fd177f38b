#include "policy-compiler/infer/narrow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/audit.h>

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/syscalls/syscall_table.h"
#include "policies/builtin_policies.h"
#include "policy-compiler/language/evaluator.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kPolicy =
    "deny syscall ptrace then kill; otherwise errno EPERM;"
    "portion signer trusted {"
    "  allow syscall read, write, getpid, dup;"
    "  allow syscall openat(flags == O_RDONLY);"
    "  allow syscall socket then log;"
    "  deny syscall close then errno EBADF;"
    "  serving { allow syscall read, getpid; } }"
    "portion parser untrusted { allow syscall read, dup; }";

Report ReportOfCalls(const std::vector<std::string_view>& names) {
  Report report;
  for (const std::string_view name : names) {
    Capability& capability = report.capabilities.emplace_back();
    capability.name = std::string(name);
    capability.number =
        SyscallTable::For(Architecture::kX8664).FindByName(name)->number;
    capability.confidence = Confidence::kOverApproximated;
    capability.sites = {{"/bin/signer", 0, 0, "run"}};
  }
  return report;
}

Result<Narrowing> Narrow(Policy& policy, const Report& report) {
  return NarrowPortion("signer", report, FindBuiltinPolicy, policy);
}

Verdict VerdictOf(const Policy& policy, std::string_view portion,
                  std::string_view call, uint64_t third = 0) {
  SeccompData data{};
  data.number =
      SyscallTable::For(Architecture::kX8664).FindByName(call)->number;
  data.architecture = AUDIT_ARCH_X86_64;
  data.arguments[2] = third;
  return Evaluate(policy.architecture, *FindPortion(policy, portion), data);
}

std::string Answer(const Policy& policy, std::string_view portion,
                   std::string_view call, uint64_t third = 0) {
  return ActionName(VerdictOf(policy, portion, call, third).action);
}

TEST(NarrowTest, WhatThePortionsProgramCannotDoIsDenied) {
  Policy policy = MustLoad(kPolicy);
  const auto done = Narrow(policy, ReportOfCalls({"read", "dup", "getuid"}));
  ASSERT_TRUE(done.ok()) << done.error().message;
  EXPECT_EQ(done->calls_before, 6u);
  EXPECT_EQ(done->calls_after, 2u);
  EXPECT_EQ(Answer(policy, "signer", "read"), "allow");
  EXPECT_EQ(Answer(policy, "signer", "dup"), "allow");
  EXPECT_EQ(Answer(policy, "signer", "write"), "errno EPERM");
  EXPECT_EQ(Answer(policy, "signer", "getpid"), "errno EPERM");
  // Nor what the policy does not permit, whatever the program does.
  EXPECT_EQ(Answer(policy, "signer", "getuid"), "errno EPERM");
}

TEST(NarrowTest, WhatIsDeniedByNameStaysSo) {
  Policy policy = MustLoad(kPolicy);
  ASSERT_TRUE(Narrow(policy, ReportOfCalls({"read", "close", "ptrace"})).ok());
  EXPECT_EQ(Answer(policy, "signer", "close"), "errno EBADF");
  EXPECT_EQ(Answer(policy, "signer", "ptrace"), "kill_process");
}

TEST(NarrowTest, ConditionsAndRecordsStay) {
  Policy policy = MustLoad(kPolicy);
  ASSERT_TRUE(Narrow(policy, ReportOfCalls({"openat", "socket"})).ok());
  EXPECT_EQ(Answer(policy, "signer", "openat", 0), "allow");
  EXPECT_EQ(Answer(policy, "signer", "openat", 1), "errno EPERM");
  EXPECT_EQ(Answer(policy, "signer", "socket"), "log");
}

TEST(NarrowTest, OtherPortionsAndServingStay) {
  Policy policy = MustLoad(kPolicy);
  const size_t rules = policy.portions[0].serving[0].syscalls.size();
  ASSERT_TRUE(Narrow(policy, ReportOfCalls({"write"})).ok());
  EXPECT_EQ(Answer(policy, "parser", "dup"), "allow");
  ASSERT_EQ(policy.portions[0].serving.size(), 1u);
  EXPECT_EQ(policy.portions[0].serving[0].syscalls.size(), rules);
}

TEST(NarrowTest, EachRuleHasAnIndexOfItsOwnAndAPlace) {
  Policy policy = MustLoad(kPolicy);
  const auto done = Narrow(policy, ReportOfCalls({"read", "dup"}));
  ASSERT_TRUE(done.ok());
  std::set<uint32_t> seen;
  for (const RuleInfo& info : policy.rules)
    EXPECT_TRUE(seen.insert(info.index).second) << info.index;
  EXPECT_EQ(policy.written_rules, policy.rules.size());
  const Verdict verdict = VerdictOf(policy, "signer", "dup");
  const RuleInfo rule =
      DescribeRule(policy, *FindPortion(policy, "signer"), verdict.rule);
  EXPECT_EQ(rule.text, "allow syscall dup");
  EXPECT_EQ(rule.file, "signer/narrowed.policy");
  EXPECT_THAT(done->text, HasSubstr("/bin/signer"));
}

TEST(NarrowTest, RefusesWhatNobodyCouldResolve) {
  Policy policy = MustLoad(kPolicy);
  const size_t rules = policy.rules.size();
  Report report = ReportOfCalls({"read"});
  report.unresolved = {{"computed system call number", {"a.c", 7, 1, "f"}, ""}};
  const auto done = Narrow(policy, report);
  ASSERT_FALSE(done.ok());
  EXPECT_THAT(done.error().message, HasSubstr("a.c:7"));
  EXPECT_EQ(policy.rules.size(), rules);
  EXPECT_EQ(Answer(policy, "signer", "write"), "allow");
  EXPECT_FALSE(
      NarrowPortion("nobody", ReportOfCalls({}), FindBuiltinPolicy, policy)
          .ok());
}

// A program that needs clone with known flags must not get clone3 by it.
TEST(NarrowTest, Clone3AnswersEnosysBesideANarrowedClone) {
  Policy policy = MustLoad(
      "otherwise errno EPERM; portion signer trusted { allow syscall clone, "
      "clone3; } portion parser untrusted {}");
  Report report = ReportOfCalls({"clone"});
  ArgumentValues flags;
  flags.index = 0;
  flags.values = {ValueSet{0x11, 0x11}};
  report.capabilities[0].arguments = {flags};
  ASSERT_TRUE(Narrow(policy, report).ok());
  EXPECT_EQ(Answer(policy, "signer", "clone3"), "errno ENOSYS");
}

}  // namespace
}  // namespace bailey::policy
