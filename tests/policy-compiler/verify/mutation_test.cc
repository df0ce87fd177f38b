// Changes of a small filter, all of them put to the prover: each is refuted
// with a witness, or proved to change nothing, and then no input that the
// policy suggests tells them apart. exhaustive_mutation_test.cc changes whole
// filters.

#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <algorithm>
#include <iterator>

#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/verify/prove.h"
#include "tests/policy-compiler/lower/policy_generator.h"
#include "tests/policy-compiler/seccomp/oci_profile.h"
#include "tests/policy-compiler/verify/filter_mutants.h"

namespace bailey::policy {
namespace {

bool Differ(const BpfProgram& one, const BpfProgram& other,
            const std::vector<SeccompData>& inputs) {
  for (const SeccompData& data : inputs) {
    if (RunBpf(one, data).returned != RunBpf(other, data).returned) return true;
  }
  return false;
}

// The calls of web40 with the most different conditions, and some without, so
// that all mutants are proved in seconds.
Policy SmallProfile() {
  constexpr uint32_t kKept[] = {0, 1, 9, 10, 41, 56, 60, 202, 257};
  Policy policy = LoadOciProfile("web40");
  std::erase_if(policy.portions[0].syscalls, [&](const SyscallRule& rule) {
    return std::ranges::find(kKept, rule.number) == std::end(kKept);
  });
  return policy;
}

TEST(Mutation, EverySingleChangeIsCaughtOrChangesNothing) {
  const Policy policy = SmallProfile();
  const PortionPolicy& portion = policy.portions[0];
  const auto filter = CompileFilter(policy, portion, FilterKind::kPlain, {});
  ASSERT_TRUE(filter.ok());
  const std::vector<SeccompData> inputs = InterestingInputs(policy);
  int caught = 0;
  int equivalent = 0;
  for (size_t at = 0; at < filter->size(); ++at) {
    for (const sock_filter& mutant : Mutate((*filter)[at], at % 8, 8)) {
      BpfProgram changed = *filter;
      changed[at] = mutant;
      if (!ValidateBpf(changed).ok()) continue;
      const ProofResult proof =
          ProveFilter(policy, portion, FilterKind::kPlain, {}, changed, 60'000);
      ASSERT_NE(proof.verdict, ProofVerdict::kUnknown) << proof.reason;
      if (proof.proved()) {
        EXPECT_FALSE(Differ(*filter, changed, inputs)) << "instruction " << at;
        ++equivalent;
        continue;
      }
      const Counterexample& found = *proof.counterexample;
      EXPECT_EQ(RunBpf(*filter, found.data).returned, found.expected);
      EXPECT_EQ(RunBpf(changed, found.data).returned, found.actual);
      EXPECT_NE(found.expected, found.actual);
      ++caught;
    }
  }
  RecordProperty("caught", caught);
  RecordProperty("equivalent", equivalent);
  EXPECT_GT(caught, 250);
  EXPECT_LT(equivalent, caught / 5);
}

// The other side of the proof: a filter of one kind, or for one sentinel, is
// refuted as any other.
TEST(Mutation, AFilterOfAnotherKindOrOtherOptionsIsCaught) {
  Policy policy = SmallProfile();
  // A sentinel shows only where the call is allowed.
  for (const uint32_t number : {157u, 39u})
    policy.portions[0].syscalls.push_back(
        {number, {}, {ActionKind::kAllow, 0}, 900});
  const PortionPolicy& portion = policy.portions[0];
  struct Wanted {
    FilterKind kind;
    NotifyOptions options;
  };
  const Wanted all[] = {
      {FilterKind::kPlain, {}},
      {FilterKind::kRuleIndex, {}},
      {FilterKind::kNotify, {}},
      {FilterKind::kNotify, {.opens = true}},
      {FilterKind::kNotify,
       {.opens = false, .sentinel_number = 157, .sentinel_argument0 = 0x1234}},
      {FilterKind::kNotify,
       {.opens = false, .sentinel_number = 157, .sentinel_argument0 = 0x1235}},
      {FilterKind::kNotify,
       {.opens = false, .sentinel_number = 39, .sentinel_argument0 = 0x1234}},
      {FilterKind::kNotify,
       {.opens = true, .sentinel_number = 157, .sentinel_argument0 = 0x1234}},
  };
  for (size_t i = 0; i < std::size(all); ++i) {
    const auto filter =
        CompileFilter(policy, portion, all[i].kind, all[i].options);
    ASSERT_TRUE(filter.ok());
    for (size_t j = 0; j < std::size(all); ++j) {
      const ProofResult proof = ProveFilter(policy, portion, all[j].kind,
                                            all[j].options, *filter, 60'000);
      EXPECT_EQ(proof.verdict,
                i == j ? ProofVerdict::kProved : ProofVerdict::kCounterexample)
          << i << " as " << j << ": " << proof.reason;
    }
  }
}

void CollectComparisons(Condition& condition, std::vector<Comparison*>& all) {
  if (condition.kind == Condition::Kind::kCompare)
    all.push_back(&condition.comparison);
  for (Condition& operand : condition.operands)
    CollectComparisons(operand, all);
}

std::vector<Comparison> MutateComparison(const Comparison& from) {
  std::vector<Comparison> mutants(6, from);
  mutants[0].value ^= 1;
  mutants[1].argument = (from.argument + 1) % 6;
  mutants[2].is_signed = !from.is_signed;
  mutants[3].width_bits = from.width_bits == 32 ? 64 : 32;
  mutants[4].mask &= ~uint64_t{1};
  mutants[5].op =
      from.op == CompareOp::kEqual ? CompareOp::kNotEqual : CompareOp::kEqual;
  return mutants;
}

// A policy that differs from the one the filter was made from is refuted,
// unless the evaluator sees no difference either.
void ExpectCaught(const Policy& mutant, const BpfProgram& filter,
                  const std::vector<SeccompData>& inputs, int& caught) {
  const PortionPolicy& portion = mutant.portions[0];
  const ProofResult proof =
      ProveFilter(mutant, portion, FilterKind::kPlain, {}, filter, 60'000);
  ASSERT_NE(proof.verdict, ProofVerdict::kUnknown) << proof.reason;
  if (!proof.proved()) {
    ++caught;
    return;
  }
  for (const SeccompData& data : inputs) {
    const Verdict verdict = Evaluate(mutant.architecture, portion, data);
    EXPECT_EQ(FilterReturn(FilterKind::kPlain, verdict, {}, {}),
              RunBpf(filter, data).returned);
  }
}

TEST(Mutation, AnotherPolicyIsCaught) {
  Policy policy = SmallProfile();
  const auto filter =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(filter.ok());
  const std::vector<SeccompData> inputs = InterestingInputs(policy);
  int caught = 0;
  int tried = 0;
  for (SyscallRule& rule : policy.portions[0].syscalls) {
    std::vector<Comparison*> comparisons;
    CollectComparisons(rule.when, comparisons);
    for (Comparison* comparison : comparisons) {
      const Comparison before = *comparison;
      for (const Comparison& mutant : MutateComparison(before)) {
        *comparison = mutant;
        ExpectCaught(policy, *filter, inputs, caught);
        ++tried;
      }
      *comparison = before;
    }
    const SyscallRule before = rule;
    rule.action = {ActionKind::kTrap, 0};
    ExpectCaught(policy, *filter, inputs, caught);
    rule = before;
    rule.number = 300;
    ExpectCaught(policy, *filter, inputs, caught);
    rule = before;
    tried += 2;
  }
  policy.portions[0].otherwise = {ActionKind::kKillThread, 0};
  ExpectCaught(policy, *filter, inputs, caught);
  EXPECT_GT(caught, tried / 2) << tried;
}

}  // namespace
}  // namespace bailey::policy
