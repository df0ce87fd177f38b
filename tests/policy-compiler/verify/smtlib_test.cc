// The obligation as SMT-LIB: its form, and what other solvers answer to it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/verify/prove.h"
#include "tests/policy-compiler/seccomp/oci_profile.h"
#include "tests/policy-compiler/verify/filter_mutants.h"

namespace bailey::policy {
namespace {

using testing::HasSubstr;
using testing::Not;

BpfProgram Compiled(const Policy& policy) {
  return CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {})
      .value();
}

std::string SmtLib(const Policy& policy, const BpfProgram& filter) {
  return ToSmtLib(policy, policy.portions[0], FilterKind::kPlain, {}, filter)
      .value();
}

TEST(ToSmtLib, IsAQuestionForAnySolver) {
  const Policy policy = LoadOciProfile("web40");
  const std::string text = SmtLib(policy, Compiled(policy));
  EXPECT_THAT(text, testing::StartsWith("; "));
  EXPECT_THAT(text, HasSubstr("\n(set-logic QF_BV)\n"));
  EXPECT_THAT(text, HasSubstr("\n(declare-fun nr () (_ BitVec 32))\n"));
  EXPECT_THAT(text, HasSubstr("\n(define-fun policy () (_ BitVec 32)\n"));
  EXPECT_THAT(text, HasSubstr("\n(assert (not (= policy filter)))\n"));
  EXPECT_THAT(text, testing::EndsWith("(check-sat)\n"));
  EXPECT_THAT(text, HasSubstr("policy web40, portion main, x86_64, plain"));
}

TEST(ToSmtLib, TheSameInputGivesTheSameBytes) {
  const Policy policy = LoadOciProfile("docker");
  const BpfProgram filter = Compiled(policy);
  EXPECT_EQ(SmtLib(policy, filter), SmtLib(policy, filter));
}

// A name may come from somebody's profile.
TEST(ToSmtLib, NamesDoNotLeaveTheirComment) {
  Policy policy = LoadOciProfile("web40");
  policy.name = "x\n(assert false)";
  EXPECT_THAT(SmtLib(policy, Compiled(policy)),
              Not(HasSubstr("\n(assert false)")));
}

TEST(ToSmtLib, RefusesWhatTheKernelRefuses) {
  const Policy policy = LoadOciProfile("web40");
  EXPECT_FALSE(
      ToSmtLib(policy, policy.portions[0], FilterKind::kPlain, {}, {}).ok());
}

// Other solvers, by the names of their programs.
class SmtLibSolver : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const std::string find =
        std::string("command -v ") + GetParam() + " >/dev/null 2>&1";
    if (std::system(find.c_str()) != 0)
      GTEST_SKIP() << GetParam() << " is not installed";
  }

  // The solver's whole answer: a warning or an error is none.
  static std::string Ask(const std::string& text) {
    const std::string path = testing::TempDir() + "bailey_obligation_" +
                             GetParam() + "_" + std::to_string(getpid()) +
                             ".smt2";
    std::ofstream(path) << text;
    const std::string command = std::string(GetParam()) + " " + path + " 2>&1";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
        popen(command.c_str(), "r"), pclose);
    std::string answer;
    std::array<char, 256> buffer{};
    while (std::fgets(buffer.data(), buffer.size(), pipe.get()) != nullptr)
      answer += buffer.data();
    std::remove(path.c_str());
    return answer;
  }
};

INSTANTIATE_TEST_SUITE_P(Programs, SmtLibSolver, testing::Values("z3", "cvc5"),
                         [](const auto& each) {
                           return std::string(each.param);
                         });

TEST_P(SmtLibSolver, ProvesTheBenchmarkFilters) {
  for (const char* name : {"docker", "web40", "allow300"}) {
    const Policy policy = LoadOciProfile(name);
    EXPECT_EQ(Ask(SmtLib(policy, Compiled(policy))), "unsat\n") << name;
  }
}

TEST_P(SmtLibSolver, ProvesTheOtherKindsAndStacks) {
  const Policy policy = LoadOciProfile("web40");
  const NotifyOptions options{
      .opens = true, .sentinel_number = 157, .sentinel_argument0 = 7};
  for (const FilterKind kind : {FilterKind::kNotify, FilterKind::kRuleIndex}) {
    const auto filter =
        CompileFilter(policy, policy.portions[0], kind, options);
    const auto text =
        ToSmtLib(policy, policy.portions[0], kind, options, *filter);
    EXPECT_EQ(Ask(*text), "unsat\n") << FilterKindName(kind);
  }
  const BpfProgram all = {BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const std::vector<BpfProgram> stack = {all, Compiled(policy)};
  const auto text =
      StackToSmtLib(policy, policy.portions[0], FilterKind::kPlain, {}, stack);
  EXPECT_EQ(Ask(*text), "unsat\n");
}

// One change of each, spread over the filter: what our own prover says of it is
// what the other says.
TEST_P(SmtLibSolver, RefutesWhatOursRefutes) {
  const Policy policy = LoadOciProfile("docker");
  const BpfProgram filter = Compiled(policy);
  int refuted = 0;
  for (size_t at = 1; at < filter.size(); at += filter.size() / 6) {
    BpfProgram mutant = filter;
    mutant[at] = MutateWhole(filter[at])[at % 3];
    if (!ValidateBpf(mutant).ok()) continue;
    const ProofResult proof = ProveFilter(
        policy, policy.portions[0], FilterKind::kPlain, {}, mutant, 60'000);
    ASSERT_NE(proof.verdict, ProofVerdict::kUnknown);
    EXPECT_EQ(Ask(SmtLib(policy, mutant)),
              proof.proved() ? "unsat\n" : "sat\n");
    refuted += proof.proved() ? 0 : 1;
  }
  EXPECT_GE(refuted, 3);
}

}  // namespace
}  // namespace bailey::policy
