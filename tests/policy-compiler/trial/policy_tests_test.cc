// A policy's tests: what passes, what fails, and what is covered.

#include "policy-compiler/trial/policy_tests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "policy-compiler/language/compile.h"
#include "policy-compiler/plan/filters.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Policy Load(const std::string& body) {
  const ParsedPolicy parsed =
      LoadPolicy({"t.policy", "policy t {\n" + body + "\n}"},
                 [](std::string_view) { return std::nullopt; });
  EXPECT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  return parsed.policy.value_or(Policy{});
}

TestReport RunTests(const std::string& body) {
  const auto report = RunPolicyTests(Load(body));
  EXPECT_TRUE(report.has_value()) << report.error().message;
  return report.value_or(TestReport{});
}

constexpr char kRules[] =
    "allow syscall read(fd == 0xffffffff), getpid, getuid;\n"
    "allow syscall getgid then log;\n"
    "deny syscall write then errno EACCES;\n"
    "deny syscall close then trap;\n"
    "deny syscall dup then kill_thread;\n"
    "deny syscall lseek then kill;\n"
    "otherwise errno EPERM;\n";

TEST(PolicyTestsTest, EveryActionIsExpectedAndSeen) {
  const TestReport report = RunTests(
      std::string(kRules) +
      "test \"t\" { getpid() => allowed; getpid() => allow; getgid() => log;\n"
      "getgid() => allowed; write(-1) => errno EACCES; write(-1) => denied;\n"
      "close(-1) => trap; dup(-1) => kill_thread; lseek(-1) => kill;\n"
      "lseek(-1) => denied; read(-1) => allowed; fsync(-1) => errno EPERM; }");
  EXPECT_TRUE(report.passed());
  ASSERT_EQ(report.tests.size(), 1u);
  EXPECT_EQ(report.tests[0].results.size(), 12u);
  for (const ExpectationResult& result : report.tests[0].results) {
    EXPECT_EQ(result.real, RealOutcome::kAgrees) << result.expectation.text;
  }
}

TEST(PolicyTestsTest, WhatIsNotSoFails) {
  const TestReport report = RunTests(
      std::string(kRules) +
      "test \"t\" { getpid() => denied; getpid() => log; getgid() => allow;\n"
      "write(-1) => allowed; write(-1) => errno EPERM; write(-1) => kill;\n"
      "dup(-1) => kill; read(0) => allowed; }");
  EXPECT_FALSE(report.passed());
  for (const ExpectationResult& result : report.tests[0].results) {
    EXPECT_FALSE(result.passed()) << result.expectation.text;
    // The policy is what the filters and the kernel say all the same.
    EXPECT_EQ(result.filter_fault, "");
    EXPECT_NE(result.real, RealOutcome::kDiffers);
  }
}

TEST(PolicyTestsTest, WithoutAPortionEveryOneIsAsked) {
  const TestReport report = RunTests(
      "portion a trusted { allow syscall getpid; }\n"
      "portion b untrusted { }\n"
      "test \"all\" { getpid() => allowed; }\n"
      "test \"one\" in a { getpid() => allowed; in b getpid() => kill; }");
  ASSERT_EQ(report.tests.size(), 2u);
  ASSERT_EQ(report.tests[0].results.size(), 2u);
  EXPECT_TRUE(report.tests[0].results[0].passed());
  EXPECT_FALSE(report.tests[0].results[1].passed());
  ASSERT_EQ(report.tests[1].results.size(), 2u);
  EXPECT_EQ(report.tests[1].results[1].portion, "b");
  EXPECT_TRUE(report.tests[1].results[1].passed());
}

TEST(PolicyTestsTest, ACallThatMightDoHarmIsNotMade) {
  const TestReport report = RunTests(
      "allow syscall kill, read;\n"
      "test \"t\" { kill(1, SIGKILL) => allowed; read(0) => allowed; }");
  EXPECT_TRUE(report.passed());
  for (const ExpectationResult& result : report.tests[0].results)
    EXPECT_EQ(result.real, RealOutcome::kNotMade);
}

// read(-1) answers EBADF whether or not a filter does.
TEST(PolicyTestsTest, AnAnswerThatTellsNothingIsUnclear) {
  const TestReport report = RunTests(
      "deny syscall read then errno EBADF;\n"
      "test \"t\" { read(-1) => errno EBADF; }");
  EXPECT_TRUE(report.passed());
  EXPECT_EQ(report.tests[0].results[0].real, RealOutcome::kUnclear);
}

TEST(PolicyTestsTest, CoverageIsOfRulesThatMatch) {
  const TestReport report = RunTests(
      "allow syscall read, write;\n"              // 16: by write
      "deny syscall write(fd == 1) then kill;\n"  // 17: by write(1)
      "allow syscall dup(oldfd == 7);\n"          // 18: by none
      "allow file read \"/etc/a\";\n"             // 19: its calls
      "allow file read \"/etc/b\";\n"             // 20: has none itself
      "test \"t\" { write(1) => denied; dup(8) => denied; }");
  EXPECT_THAT(report.touched, ElementsAre(16u, 17u));
  EXPECT_THAT(report.untouched, ElementsAre(18u, 19u));
}

TEST(PolicyTestsTest, BaileysOwnRulesAreNotCounted) {
  const auto report = RunPolicyTests(WithRuntimeRules(
      Load("allow syscall read; test \"t\" { read() => allowed; "
           "futex(0, FUTEX_WAIT) => allowed; }")));
  ASSERT_TRUE(report.has_value());
  EXPECT_TRUE(report->passed());
  EXPECT_THAT(report->touched, ElementsAre(16u));
  EXPECT_THAT(report->untouched, IsEmpty());
}

// Under a filter without a proof nobody makes a call.
TEST(PolicyTestsTest, NothingRunsUnderAFilterThatIsNotProved) {
  const Policy policy =
      Load("allow syscall getpid; test \"t\" { getpid() => allowed; }");
  ProofOptions gives_up;
  gives_up.tools.prove = [](const Policy&, const PortionPolicy&, FilterKind,
                            const NotifyOptions&, std::span<const sock_filter>,
                            uint32_t) {
    ProofResult result;
    result.reason = "timeout";
    return result;
  };
  const auto report = RunPolicyTests(policy, gives_up);
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->passed());
  EXPECT_EQ(report->unproved.size(), 3u);
  EXPECT_EQ(report->tests.at(0).results.at(0).real, RealOutcome::kNotMade);
}

TEST(PolicyTestsTest, ACompilerThatLiesFailsEveryTest) {
  const Policy policy =
      Load("allow syscall getpid; test \"t\" { getpid() => allowed; }");
  ProofOptions lies;
  lies.tools.compile = [](const Policy&, const PortionPolicy&, FilterKind,
                          const NotifyOptions&) -> Result<BpfProgram> {
    return BpfProgram{BPF_STMT(BPF_RET | BPF_K, 0x7fff0000)};
  };
  const auto report = RunPolicyTests(policy, lies);
  ASSERT_TRUE(report.ok());
  EXPECT_FALSE(report->passed());
  for (const UnprovedFilter& filter : report->unproved)
    EXPECT_TRUE(filter.proof.counterexample.has_value());
  EXPECT_EQ(report->tests.at(0).results.at(0).real, RealOutcome::kNotMade);
}

}  // namespace
}  // namespace bailey::policy
