#include "policy-compiler/plan/filters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include "policies/builtin_policies.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/plan/program_plan.h"
#include "runtime/portion_abi.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

Policy Load(std::string text) {
  ParsedPolicy parsed =
      LoadPolicy({"t.policy", std::move(text)}, FindBuiltinPolicy);
  EXPECT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  return *parsed.policy;
}

constexpr char kPolicy[] = R"(policy t {
  use "runtime/c";
  portion safe trusted { }
  portion open untrusted { allow file read "/etc/hosts"; }
  deny syscall ptrace then kill;
  otherwise errno EPERM;
})";

SeccompData Call(uint32_t number, uint64_t first = 0) {
  SeccompData data;
  data.number = number;
  data.architecture = SyscallTable::For(Architecture::kX8664).audit_arch();
  data.arguments[0] = first;
  return data;
}

class FiltersTest : public ::testing::Test {
 protected:
  uint32_t Run(const std::string& portion, FilterKind kind,
               const SeccompData& data) {
    const auto filters = CompileAndProve(
        policy_, *FindPortion(policy_, portion), kProofTimeoutMs);
    EXPECT_TRUE(filters.ok() && AllProved(*filters));
    for (const FilterProof& filter : *filters)
      if (filter.filter.kind == kind)
        return RunBpf(filter.filter.program, data).returned;
    ADD_FAILURE() << "no such filter";
    return 0;
  }

  Policy policy_ = WithRuntimeRules(Load(kPolicy));
};

TEST_F(FiltersTest, EachKindIsThereAndProved) {
  const auto filters =
      CompileAndProve(policy_, policy_.portions[0], kProofTimeoutMs);
  ASSERT_TRUE(filters.ok()) << filters.error().message;
  ASSERT_EQ(filters->size(), 3u);
  for (const FilterProof& filter : *filters) {
    EXPECT_TRUE(filter.proof.proved());
    EXPECT_FALSE(filter.filter.solver.empty());
    EXPECT_TRUE(ValidateBpf(filter.filter.program).ok());
  }
}

TEST_F(FiltersTest, TheSentinelIsNotifiedInBothPortions) {
  const SeccompData sentinel =
      Call(BAILEY_SENTINEL_SYSCALL, BAILEY_SENTINEL_OPTION);
  for (const char* portion : {"safe", "open"})
    EXPECT_EQ(Run(portion, FilterKind::kNotify, sentinel),
              static_cast<uint32_t>(SECCOMP_RET_USER_NOTIF));
}

// The number that the runtime calls is not what another target has there:
// 157 is setsid on aarch64.
TEST_F(FiltersTest, TheSentinelIsThatOfTheTarget) {
  const PortionPolicy& portion = policy_.portions[0];
  EXPECT_EQ(AgentNotifyOptions(portion).sentinel_number,
            uint32_t{BAILEY_SENTINEL_SYSCALL});
  const SyscallTable& arm = SyscallTable::For(Architecture::kAarch64);
  EXPECT_EQ(AgentNotifyOptions(portion, Architecture::kAarch64).sentinel_number,
            arm.FindByName("prctl")->number);
}

TEST_F(FiltersTest, OnlyAnUntrustedPortionsOpensAreSeen) {
  constexpr uint32_t kOpenat = 257;
  EXPECT_EQ(Run("open", FilterKind::kNotify, Call(kOpenat)),
            static_cast<uint32_t>(SECCOMP_RET_USER_NOTIF));
  EXPECT_EQ(Run("open", FilterKind::kPlain, Call(kOpenat)),
            static_cast<uint32_t>(SECCOMP_RET_ALLOW));
}

TEST_F(FiltersTest, DenialsAreNotifiedAndTheirRuleIsKnown) {
  constexpr uint32_t kPtrace = 101;
  EXPECT_EQ(Run("open", FilterKind::kNotify, Call(kPtrace)),
            static_cast<uint32_t>(SECCOMP_RET_USER_NOTIF));
  EXPECT_EQ(Run("open", FilterKind::kPlain, Call(kPtrace)),
            SECCOMP_RET_KILL_PROCESS);
  const uint32_t rule = Run("open", FilterKind::kRuleIndex, Call(kPtrace));
  EXPECT_THAT(DescribeRule(policy_, policy_.portions[1], rule).text,
              HasSubstr("deny syscall ptrace"));
}

TEST_F(FiltersTest, TwoErrnosForOneCallAreRefusedWithAWitness) {
  const Policy policy = Load(R"(policy t {
    deny syscall socket(domain == AF_INET) then errno EPERM;
    deny syscall socket(type == SOCK_RAW) then errno EACCES;
    otherwise kill;
  })");
  const auto filters =
      CompileAndProve(policy, policy.portions[0], kProofTimeoutMs);
  ASSERT_FALSE(filters.ok());
  EXPECT_THAT(filters.error().message, HasSubstr("different errnos"));
  EXPECT_THAT(filters.error().message, HasSubstr("socket(0x2, 0x3"));
}

// A compiler that lies in one kind of filter alone: it allows everything.
FilterTools LyingCompiler(FilterKind in) {
  FilterTools tools;
  const auto honest = tools.compile;
  tools.compile = [=](const Policy& policy, const PortionPolicy& portion,
                      FilterKind kind,
                      const NotifyOptions& options) -> Result<BpfProgram> {
    if (kind != in) return honest(policy, portion, kind, options);
    return BpfProgram{BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  };
  return tools;
}

FilterTools SolverThatGivesUp() {
  FilterTools tools;
  tools.prove = [](const Policy&, const PortionPolicy&, FilterKind,
                   const NotifyOptions&, std::span<const sock_filter>,
                   uint32_t) {
    ProofResult result;
    result.reason = "timeout";
    result.solver = "z3 0.0.0";
    return result;
  };
  return tools;
}

TEST_F(FiltersTest, ACompilerThatLiesIsRefuted) {
  for (const FilterKind lie : kAllFilterKinds) {
    const auto filters = CompileAndProve(policy_, policy_.portions[0],
                                         kProofTimeoutMs, LyingCompiler(lie));
    ASSERT_TRUE(filters.ok());
    EXPECT_FALSE(AllProved(*filters));
    for (const FilterProof& filter : *filters) {
      const bool lies = filter.filter.kind == lie;
      EXPECT_EQ(filter.proof.proved(), !lies);
      EXPECT_EQ(filter.proof.counterexample.has_value(), lies);
      // Whoever overlooks the proof finds no solver in the filter.
      EXPECT_EQ(filter.filter.solver.empty(), lies);
    }
  }
  const auto plain =
      CompileAndProvePlain(policy_, policy_.portions[0], kProofTimeoutMs,
                           LyingCompiler(FilterKind::kPlain));
  ASSERT_TRUE(plain.ok());
  EXPECT_TRUE(plain->proof.counterexample.has_value());
}

TEST_F(FiltersTest, AProgramThatTheKernelRefusesIsNoFilter) {
  FilterTools tools;
  tools.compile = [](const Policy&, const PortionPolicy&, FilterKind,
                     const NotifyOptions&) -> Result<BpfProgram> {
    return BpfProgram{};
  };
  const auto filters =
      CompileAndProve(policy_, policy_.portions[0], kProofTimeoutMs, tools);
  ASSERT_TRUE(filters.ok());
  for (const FilterProof& filter : *filters)
    EXPECT_EQ(filter.proof.verdict, ProofVerdict::kUnknown);
}

TEST_F(FiltersTest, ATimeOutProvesNothing) {
  const auto given_up = CompileAndProve(policy_, policy_.portions[0],
                                        kProofTimeoutMs, SolverThatGivesUp());
  ASSERT_TRUE(given_up.ok());
  for (const FilterProof& filter : *given_up) {
    EXPECT_EQ(filter.proof.verdict, ProofVerdict::kUnknown);
    EXPECT_EQ(filter.proof.reason, "timeout");
    EXPECT_TRUE(filter.filter.solver.empty());
  }
}

// The whole way to a plan of a program as it is.
TEST_F(FiltersTest, APlanWithALieOrWithoutAProofIsNotUsable) {
  const Policy loader = Load("policy loader { allow syscall brk; }");
  const ProgramPlanOptions options{
      .portion = "open", .program = "/bin/true", .tool = "a test"};
  const auto honest = BuildProgramPlan(policy_, loader, options);
  ASSERT_TRUE(honest.ok()) << honest.error().message;
  EXPECT_TRUE(honest->usable());
  for (const FilterKind kind : kAllFilterKinds) {
    const auto lied =
        BuildProgramPlan(policy_, loader, options,
                         {.timeout_ms = 0, .tools = LyingCompiler(kind)});
    ASSERT_TRUE(lied.ok());
    EXPECT_FALSE(lied->usable());
    ASSERT_EQ(lied->unproved.size(), 1u);
    EXPECT_EQ(lied->unproved[0].kind, kind);
    EXPECT_TRUE(lied->unproved[0].proof.counterexample.has_value());
    // Even written, it is no plan.
    EXPECT_FALSE(ParsePlan(WritePlan(lied->plan), "plan.json").ok());
  }
  const auto unknown =
      BuildProgramPlan(policy_, loader, options,
                       {.timeout_ms = 0, .tools = SolverThatGivesUp()});
  ASSERT_TRUE(unknown.ok());
  EXPECT_FALSE(unknown->usable());
  EXPECT_EQ(unknown->unproved.size(), 3u);
}

}  // namespace
}  // namespace bailey::policy
