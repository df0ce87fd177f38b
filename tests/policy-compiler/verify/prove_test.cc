#include "policy-compiler/verify/prove.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/seccomp.h>

#include <random>

#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/seccomp/disassembler.h"
#include "tests/policy-compiler/lower/policy_generator.h"
#include "tests/policy-compiler/seccomp/oci_profile.h"

namespace bailey::policy {
namespace {

constexpr FilterKind kKinds[] = {FilterKind::kNotify, FilterKind::kPlain,
                                 FilterKind::kRuleIndex};
constexpr uint32_t kTimeoutMs = 60'000;

ProofResult Prove(const Policy& policy, const BpfProgram& program,
                  FilterKind kind = FilterKind::kPlain,
                  const NotifyOptions& options = {}) {
  return ProveFilter(policy, policy.portions[0], kind, options, program,
                     kTimeoutMs);
}

// A difference that both evaluators confirm.
void ExpectWitness(const Policy& policy, const BpfProgram& program,
                   const ProofResult& proof) {
  ASSERT_EQ(proof.verdict, ProofVerdict::kCounterexample) << proof.reason;
  const Counterexample& found = proof.counterexample.value();
  EXPECT_NE(found.expected, found.actual);
  EXPECT_EQ(RunBpf(program, found.data).returned, found.actual);
  const Verdict verdict =
      Evaluate(policy.architecture, policy.portions[0], found.data);
  EXPECT_EQ(FilterReturn(FilterKind::kPlain, verdict, {}, {}), found.expected);
}

TEST(ProveFilter, ProvesTheThreeFiltersOfRealProfiles) {
  const NotifyOptions options{
      .opens = true, .sentinel_number = 157, .sentinel_argument0 = 0x4241494c};
  for (const char* name : {"docker", "web40", "allow300"}) {
    const Policy policy = LoadOciProfile(name);
    for (const FilterKind kind : kKinds) {
      const auto program =
          CompileFilter(policy, policy.portions[0], kind, options);
      ASSERT_TRUE(program.ok());
      const ProofResult proof = Prove(policy, *program, kind, options);
      EXPECT_EQ(proof.verdict, ProofVerdict::kProved) << name << proof.reason;
      EXPECT_EQ(proof.solver, SolverName());
    }
  }
}

class EveryArchitecture : public testing::TestWithParam<Architecture> {};

INSTANTIATE_TEST_SUITE_P(Targets, EveryArchitecture,
                         testing::ValuesIn(kArchitectures),
                         [](const auto& each) {
                           return std::string(ArchitectureName(each.param));
                         });

TEST_P(EveryArchitecture, ProvesRandomPolicies) {
  std::mt19937_64 random(6);
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; },
                            GetParam());
  for (int i = 0; i < 100; ++i) {
    const Policy policy = generator.MakePolicy();
    const NotifyOptions options = generator.MakeOptions();
    const FilterKind kind = kKinds[i % 3];
    const auto program =
        CompileFilter(policy, policy.portions[0], kind, options);
    ASSERT_TRUE(program.ok());
    const ProofResult proof = Prove(policy, *program, kind, options);
    ASSERT_EQ(proof.verdict, ProofVerdict::kProved)
        << "policy " << i << proof.reason << Disassemble(*program, kind);
  }
}

// A filter for one architecture is none for another.
TEST_P(EveryArchitecture, RefutesTheFilterOfAnother) {
  std::mt19937_64 random(7);
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; },
                            GetParam());
  const Policy policy = generator.MakePolicy();
  Policy other = policy;
  other.architecture = GetParam() == Architecture::kX8664
                           ? Architecture::kAarch64
                           : Architecture::kX8664;
  const auto program =
      CompileFilter(other, other.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(program.ok());
  ExpectWitness(policy, *program, Prove(policy, *program));
}

// aarch64 has no x32: its numbers are unknown there, and killing them is wrong.
TEST(ProveFilter, X32IsOfX8664Alone) {
  Policy policy;
  policy.architecture = Architecture::kAarch64;
  policy.portions.emplace_back().otherwise = {ActionKind::kErrno, 1};
  const auto good =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(good.ok());
  EXPECT_TRUE(Prove(policy, *good).proved());
  const SeccompData data{.number = 0x40000001, .architecture = 0xc00000b7};
  EXPECT_EQ(RunBpf(*good, data).returned, SECCOMP_RET_ERRNO | ENOSYS);
  BpfProgram killing = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
                        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x80000000, 2, 0),
                        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
                        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)};
  killing.insert(killing.end(), good->begin(), good->end());
  ExpectWitness(policy, killing, Prove(policy, killing));
}

// What a broken emitter could make.
TEST(ProveFilter, CatchesAFilterThatLetsX32NumbersPast) {
  const Policy policy = LoadOciProfile("allow300");
  auto program =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(program.ok());
  // The classic mistake: the number is looked at without its x32 bit.
  // (The jump to the answer for foreign architectures gets one longer.)
  ++program->at(1).jf;
  program->insert(program->begin() + 3,
                  BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0x3fffffff));
  const ProofResult proof = Prove(policy, *program);
  ExpectWitness(policy, *program, proof);
  EXPECT_GE(proof.counterexample->data.number, 0x40000000u);
}

TEST(ProveFilter, CatchesAnArchitectureThatIsNotLookedAt) {
  const Policy policy = LoadOciProfile("web40");
  auto program =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(program.ok());
  program->erase(program->begin(), program->begin() + 2);
  const ProofResult proof = Prove(policy, *program);
  ExpectWitness(policy, *program, proof);
}

TEST(ProveFilter, CatchesAHighWordThatIsNotCompared) {
  Policy policy = LoadOciProfile("web40");
  const auto right =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  Policy narrow = policy;
  for (SyscallRule& rule : narrow.portions[0].syscalls) {
    for (Condition& operand : rule.when.operands) {
      operand.comparison.width_bits = 32;
    }
  }
  const auto wrong =
      CompileFilter(narrow, narrow.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(right.ok() && wrong.ok());
  EXPECT_TRUE(Prove(policy, *right).proved());
  ExpectWitness(policy, *wrong, Prove(policy, *wrong));
}

TEST(ProveFilter, CatchesAnAnswerThatDependsOnTheInstructionPointer) {
  const Policy policy = LoadOciProfile("web40");
  auto program =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(program.ok());
  const sock_filter prefix[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 12),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0xbadc0de, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  program->insert(program->begin(), std::begin(prefix), std::end(prefix));
  const ProofResult proof = Prove(policy, *program);
  ExpectWitness(policy, *program, proof);
  EXPECT_EQ(proof.counterexample->data.instruction_pointer >> 32, 0xbadc0deu);
}

TEST(ProveFilter, AFilterOfAnotherKindIsAnother) {
  const Policy policy = LoadOciProfile("web40");
  const auto plain =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(Prove(policy, *plain, FilterKind::kNotify).proved());
  EXPECT_FALSE(Prove(policy, *plain, FilterKind::kRuleIndex).proved());
}

TEST(ProveFilter, AProgramThatTheKernelRefusesIsNotProved) {
  const Policy policy = LoadOciProfile("web40");
  const ProofResult proof =
      Prove(policy, {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 1)});
  EXPECT_EQ(proof.verdict, ProofVerdict::kUnknown);
  EXPECT_THAT(proof.reason, testing::HasSubstr("instruction 0"));
}

// A product that no solver decides in a millisecond.
TEST(ProveFilter, ATimeOutIsUnknown) {
  const Policy policy = LoadOciProfile("web40");
  BpfProgram program = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16),
                        BPF_STMT(BPF_MISC | BPF_TAX, 0)};
  for (int i = 0; i < 30; ++i) {
    program.push_back(BPF_STMT(BPF_ALU | BPF_MUL | BPF_X, 0));
    program.push_back(BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 0x1234567));
  }
  program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 77777, 0, 1));
  program.push_back(BPF_STMT(BPF_RET | BPF_K, 3));
  const auto rest =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(rest.ok());
  program.insert(program.end(), rest->begin(), rest->end());
  const ProofResult proof = ProveFilter(policy, policy.portions[0],
                                        FilterKind::kPlain, {}, program, 1);
  EXPECT_EQ(proof.verdict, ProofVerdict::kUnknown);
  EXPECT_FALSE(proof.reason.empty());
  EXPECT_FALSE(proof.counterexample.has_value());
}

// The limit holds for the encoding, too: a filter of thousands of instructions
// takes more than a millisecond of it.
TEST(ProveFilter, EncodingCountsAsTime) {
  const Policy policy = LoadOciProfile("docker");
  BpfProgram program;
  for (int i = 0; i < 1000; ++i) {
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 16));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1000u + i, 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const ProofResult proof = ProveFilter(policy, policy.portions[0],
                                        FilterKind::kPlain, {}, program, 1);
  EXPECT_EQ(proof.verdict, ProofVerdict::kUnknown);
  EXPECT_EQ(proof.reason, "timeout");
}

// What does not matter for a difference is 0 in its witness.
TEST(ProveFilter, AWitnessHasNothingThatDoesNotMatter) {
  const Policy policy = LoadOciProfile("web40");
  auto program =
      CompileFilter(policy, policy.portions[0], FilterKind::kPlain, {});
  ASSERT_TRUE(program.ok());
  for (sock_filter& instruction : *program)
    if (instruction.k == SECCOMP_RET_ALLOW) instruction.k = SECCOMP_RET_LOG;
  const ProofResult proof = Prove(policy, *program);
  ExpectWitness(policy, *program, proof);
  EXPECT_EQ(proof.counterexample->data.instruction_pointer, 0u);
  EXPECT_EQ(proof.counterexample->verdict.action.kind, ActionKind::kAllow);
  EXPECT_GE(proof.counterexample->verdict.rule, kFirstUserRule);
}

}  // namespace
}  // namespace bailey::policy
