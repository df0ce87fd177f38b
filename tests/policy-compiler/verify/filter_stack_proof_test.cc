// Proofs of stacks, and of filters that others made: the kernel's own rule
// decides what counts.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <random>

#include "common/bpf/filter_stack.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/verify/bpf_formula.h"
#include "policy-compiler/verify/prove.h"
#include "tests/policy-compiler/seccomp/oci_profile.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kStackTimeoutMs = 60'000;

sock_filter Statement(int code, uint32_t k) {
  return BPF_STMT(static_cast<uint16_t>(code), k);
}

BpfProgram Returning(uint32_t value) {
  return {Statement(BPF_RET | BPF_K, value)};
}

BpfProgram Compiled(const Policy& policy) {
  return CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {})
      .value();
}

// Denies one number, allows everything else.
BpfProgram Denying(uint32_t number, uint32_t answer) {
  return {Statement(BPF_LD | BPF_W | BPF_ABS, 0),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
          Statement(BPF_RET | BPF_K, answer),
          Statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
}

ProofResult ProveStack(const Policy& policy, std::vector<BpfProgram> stack) {
  return ProveFilters(policy, policy.portions[0], FilterKind::kPlain, {}, stack,
                      kStackTimeoutMs);
}

TEST(ProveFilters, AStackThatSharesTheRulesIsThePolicy) {
  const Policy whole = LoadOciProfile("web40");
  // read, write and close are denied by a filter of their own.
  Policy denied = whole;
  std::erase_if(denied.portions[0].syscalls, [](const SyscallRule& rule) {
    return rule.number == 1 || rule.number == 3;
  });
  const BpfProgram filter = Compiled(whole);
  const uint32_t eperm = SECCOMP_RET_ERRNO | 1;
  const std::vector<BpfProgram> parts = {Denying(1, eperm), filter,
                                         Denying(3, eperm)};
  EXPECT_TRUE(ProveStack(denied, parts).proved());
  EXPECT_FALSE(ProveStack(whole, parts).proved());
  EXPECT_FALSE(ProveStack(denied, {filter}).proved());
  EXPECT_FALSE(ProveStack(denied, {Denying(1, eperm), filter}).proved());
}

TEST(ProveFilters, ACounterexampleIsTheStacks) {
  const Policy policy = LoadOciProfile("web40");
  const std::vector<BpfProgram> stack = {Compiled(policy),
                                         Denying(0, SECCOMP_RET_KILL_PROCESS)};
  const ProofResult proof = ProveStack(policy, stack);
  ASSERT_TRUE(proof.counterexample.has_value()) << proof.reason;
  EXPECT_EQ(proof.counterexample->data.number, 0u);
  EXPECT_EQ(proof.counterexample->expected, SECCOMP_RET_ALLOW);
  EXPECT_EQ(proof.counterexample->actual, SECCOMP_RET_KILL_PROCESS);
  EXPECT_EQ(proof.counterexample->verdict.action.kind, ActionKind::kAllow);
}

TEST(ProveFilters, WhatTheKernelRefusesIsNotProved) {
  const Policy policy = LoadOciProfile("web40");
  EXPECT_EQ(ProveStack(policy, {}).reason, "there is no filter");
  const ProofResult proof = ProveStack(policy, {Compiled(policy), {}});
  EXPECT_EQ(proof.verdict, ProofVerdict::kUnknown);
  EXPECT_THAT(proof.reason, testing::HasSubstr("filter 2"));
  const std::vector<BpfProgram> two = {Returning(0), Returning(0)};
  EXPECT_FALSE(ProveFilters(policy, policy.portions[0], FilterKind::kRuleIndex,
                            {}, two, kStackTimeoutMs)
                   .proved());
}

constexpr uint32_t kReturns[] = {SECCOMP_RET_KILL_PROCESS,
                                 SECCOMP_RET_KILL_THREAD,
                                 SECCOMP_RET_TRAP | 7,
                                 SECCOMP_RET_ERRNO | 1,
                                 SECCOMP_RET_ERRNO | 5000,
                                 SECCOMP_RET_USER_NOTIF,
                                 SECCOMP_RET_TRACE | 3,
                                 SECCOMP_RET_LOG | 1,
                                 SECCOMP_RET_ALLOW,
                                 SECCOMP_RET_ALLOW | 9,
                                 0x12340000,
                                 0xffffffff};

// The formulas against the evaluators, over all pairs of answers.
TEST(StackFormula, IsTheStacksEvaluator) {
  z3::context context;
  const Input input(context);
  for (const uint32_t one : kReturns) {
    for (const uint32_t other : kReturns) {
      const std::vector<BpfProgram> stack = {Returning(one), Returning(other)};
      const uint32_t value = RunBpfStack(stack, {});
      EXPECT_EQ(StackFormula(stack, input).simplify().get_numeral_uint64(),
                value);
      EXPECT_EQ(EffectFormula(StackFormula(stack, input))
                    .simplify()
                    .get_numeral_uint64(),
                EffectiveReturn(value));
    }
  }
}

TEST(ProveForeignFilters, DataThatNobodyReadsDoesNotMatter) {
  const Policy policy = LoadOciProfile("web40");
  const auto with_data = [&](uint32_t from, uint32_t to) {
    BpfProgram filter = Compiled(policy);
    for (sock_filter& instruction : filter)
      if (BPF_CLASS(instruction.code) == BPF_RET && instruction.k == from)
        instruction.k = to;
    return std::vector<BpfProgram>{filter};
  };
  const auto prove = [&](const std::vector<BpfProgram>& stack) {
    return ProveForeignFilters(policy, policy.portions[0], stack,
                               kStackTimeoutMs);
  };
  EXPECT_TRUE(
      prove(with_data(SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW | 5)).proved());
  EXPECT_FALSE(
      ProveStack(policy, with_data(SECCOMP_RET_ALLOW, SECCOMP_RET_ALLOW | 5))
          .proved());
  // An action that the kernel does not know kills.
  EXPECT_TRUE(prove(with_data(SECCOMP_RET_KILL_PROCESS, 0xabcd0000)).proved());
  EXPECT_FALSE(
      prove(with_data(SECCOMP_RET_ERRNO | 1, SECCOMP_RET_ERRNO | 2)).proved());
  EXPECT_FALSE(prove(with_data(SECCOMP_RET_ALLOW, SECCOMP_RET_LOG)).proved());
}

}  // namespace
}  // namespace bailey::policy
