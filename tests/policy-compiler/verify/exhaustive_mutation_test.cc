// Every single change of the benchmark filters: each bit of k, k one up and
// down, branches swapped, each one nearer and further, other comparisons, each
// action replaced by each other.
//
// A change is caught by an input on which the changed filter answers other than
// the policy's evaluator says. Those that no tried input shows are put to Z3,
// which finds one, or proves that the changed filter still is the policy. Some
// of the others are put to it as well: what runs show, the prover must find.
//
// BAILEY_MUTATE_ALL=1 (`scripts/test --full` sets it) puts every change of the
// plain filters to Z3, and changes the notify and the rule-index filters, too.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <string>
#include <tuple>

#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/verify/prove.h"
#include "tests/policy-compiler/seccomp/oci_profile.h"
#include "tests/policy-compiler/verify/filter_mutants.h"
#include "tests/policy-compiler/verify/witness_search.h"

namespace bailey::policy {
namespace {

constexpr uint32_t kTimeoutMs = 60'000;
constexpr int kProvedOfCaught = 101;  // each so many'th
constexpr size_t kShards = 4;         // tests that a filter is divided into

bool MutatesAll() { return std::getenv("BAILEY_MUTATE_ALL") != nullptr; }

// As the policy language compares where nothing else is said: what the kernel
// reads of an argument.
void NarrowToKernelWidths(const SyscallTable& table, uint32_t number,
                          Condition& condition) {
  for (Condition& operand : condition.operands)
    NarrowToKernelWidths(table, number, operand);
  if (condition.kind != Condition::Kind::kCompare) return;
  const Syscall* call = table.FindByNumber(number);
  Comparison& comparison = condition.comparison;
  const auto index = static_cast<size_t>(comparison.argument);
  if (call == nullptr || index >= call->arguments.size()) return;
  comparison.width_bits = call->arguments[index].width_bits;
  comparison.value &= WidthMask(comparison);
}

Policy LoadProfile(std::string name) {
  const std::string suffix = "_kernel";
  const bool narrow = name.ends_with(suffix);
  if (narrow) name.resize(name.size() - suffix.size());
  Policy policy = LoadOciProfile(name);
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  for (SyscallRule& rule : policy.portions[0].syscalls)
    if (narrow) NarrowToKernelWidths(table, rule.number, rule.when);
  return policy;
}

struct Counts {
  int refused = 0;     // by ValidateBpf: the kernel would not take it
  int by_running = 0;  // caught
  int by_solver = 0;   // caught
  int equivalent = 0;  // proved
};

class Mutator {
 public:
  // Changes the instructions shard, shard + kShards, ...
  Mutator(const Policy& policy, FilterKind kind, size_t shard)
      : policy_(policy),
        kind_(kind),
        shard_(shard),
        filter_(CompileFilter(policy, policy.portions[0], kind, {}).value()),
        search_(policy, filter_) {}

  Counts Run() {
    for (size_t at = shard_; at < filter_.size(); at += kShards) {
      ++instructions_;
      for (const sock_filter& changed : MutateWhole(filter_[at]))
        Try(at, changed);
    }
    return counts_;
  }

  int instructions() const { return instructions_; }

 private:
  void Try(size_t at, const sock_filter& changed) {
    BpfProgram mutant = filter_;
    mutant[at] = changed;
    if (!ValidateBpf(mutant).ok()) {
      ++counts_.refused;
      return;
    }
    const std::optional<SeccompData> witness = search_.Find(mutant, at);
    if (witness) {
      ++counts_.by_running;
      ExpectReplays(mutant, *witness, at);
      const bool also_by_z3 = kind_ == FilterKind::kPlain && MutatesAll();
      if (!also_by_z3 && counts_.by_running % kProvedOfCaught != 0) return;
    }
    Prove(mutant, witness.has_value(), at);
  }

  void Prove(const BpfProgram& mutant, bool caught, size_t at) {
    const ProofResult proof = ProveFilter(policy_, policy_.portions[0], kind_,
                                          {}, mutant, kTimeoutMs);
    ASSERT_NE(proof.verdict, ProofVerdict::kUnknown) << proof.reason;
    if (proof.proved()) {
      EXPECT_FALSE(caught) << "proved, and wrong: instruction " << at;
      ++counts_.equivalent;
      return;
    }
    ExpectReplays(mutant, proof.counterexample->data, at);
    if (!caught) ++counts_.by_solver;
  }

  // The witness by the evaluators alone.
  void ExpectReplays(const BpfProgram& mutant, const SeccompData& data,
                     size_t at) {
    const Verdict verdict =
        Evaluate(policy_.architecture, policy_.portions[0], data);
    const uint32_t expected = FilterReturn(
        kind_, verdict, FactsOf(policy_.architecture, data, {}), {});
    EXPECT_EQ(RunBpf(filter_, data).returned, expected) << "instruction " << at;
    EXPECT_NE(RunBpf(mutant, data).returned, expected) << "instruction " << at;
  }

  const Policy& policy_;
  const FilterKind kind_;
  const size_t shard_;
  const BpfProgram filter_;
  const WitnessSearch search_;
  Counts counts_;
  int instructions_ = 0;
};

void MutateShard(const std::string& profile, FilterKind kind, size_t shard) {
  const Policy policy = LoadProfile(profile);
  Mutator mutator(policy, kind, shard);
  const Counts counts = mutator.Run();
  std::cout << profile << " " << FilterKindName(kind) << ", "
            << mutator.instructions()
            << " instructions: " << counts.by_running + counts.by_solver
            << " changes caught (" << counts.by_solver << " of them by Z3), "
            << counts.equivalent << " proved equivalent, " << counts.refused
            << " refused by the kernel\n";
  // 32 bits and two more for each instruction, at least.
  EXPECT_GT(
      counts.by_running + counts.by_solver + counts.equivalent + counts.refused,
      34 * mutator.instructions());
  EXPECT_GT(counts.by_running, 12 * mutator.instructions());
  EXPECT_LT(counts.equivalent, counts.by_running / 5);
}

class ExhaustiveMutation : public testing::TestWithParam<
                               std::tuple<const char*, FilterKind, size_t>> {};

INSTANTIATE_TEST_SUITE_P(
    Profiles, ExhaustiveMutation,
    testing::Combine(testing::Values("docker", "web40", "web40_kernel",
                                     "allow300"),
                     testing::Values(FilterKind::kPlain, FilterKind::kNotify,
                                     FilterKind::kRuleIndex),
                     testing::Range<size_t>(0, kShards)),
    [](const auto& each) {
      return std::string(std::get<0>(each.param)) + "_" +
             std::string(FilterKindName(std::get<1>(each.param))) + "_" +
             std::to_string(std::get<2>(each.param));
    });

TEST_P(ExhaustiveMutation, EachChangeIsCaughtOrProvedEquivalent) {
  const auto& [profile, kind, shard] = GetParam();
  if (kind != FilterKind::kPlain && !MutatesAll())
    GTEST_SKIP() << "BAILEY_MUTATE_ALL=1 runs it";
  MutateShard(profile, kind, shard);
}

}  // namespace
}  // namespace bailey::policy
