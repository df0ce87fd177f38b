#include "bench/rivals/rival.h"

#include <gtest/gtest.h>

#include "bench/filters/generated_profile.h"
#include "bench/filters/profile.h"
#include "bench/rivals/label_program.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/libseccomp/number_prologue.h"
#include "policy-compiler/lower/filter_return.h"
#include "policy-compiler/seccomp/disassembler.h"
#include "policy-compiler/verify/prove.h"
#include "tests/policy-compiler/lower/policy_generator.h"

namespace bailey::bench {
namespace {

BpfProgram Compiled(const Rival& rival, const policy::Policy& policy) {
  const auto mix = LoadCallMix();
  EXPECT_TRUE(mix.ok());
  const auto profile = MakeRivalProfile(policy, *mix);
  EXPECT_TRUE(profile.ok());
  const auto program = rival.compile(*profile);
  EXPECT_TRUE(program.ok()) << (program.ok() ? "" : program.error().message);
  EXPECT_TRUE(ValidateBpf(*program).ok());
  // What they say of numbers without a call is theirs; else they must be right.
  return policy::WithNumberPrologue(policy, policy.portions[0], *program);
}

void ExpectRight(const Rival& rival, const policy::Policy& policy) {
  const BpfProgram program = Compiled(rival, policy);
  for (const SeccompData& data : policy::InterestingInputs(policy)) {
    const policy::Verdict verdict =
        policy::Evaluate(policy.architecture, policy.portions[0], data);
    ASSERT_EQ(RunBpf(program, data).returned,
              policy::FilterReturn(FilterKind::kPlain, verdict, {}, {}))
        << policy.name << " number " << data.number << "\n"
        << policy::Disassemble(program, FilterKind::kPlain);
  }
}

class EveryRival : public testing::TestWithParam<Rival> {};

INSTANTIATE_TEST_SUITE_P(Rivals, EveryRival, testing::ValuesIn(kRivals),
                         [](const auto& each) {
                           const std::string_view name = each.param.name;
                           return std::string(name.substr(0, name.find('\'')));
                         });

TEST_P(EveryRival, IsProvedRightOnRealProfiles) {
  for (const char* name : {"docker", "web40", "allow300"}) {
    for (const ArgumentWidths widths :
         {ArgumentWidths::kFull, ArgumentWidths::kKernel}) {
      const auto policy = LoadProfile(name, widths);
      ASSERT_TRUE(policy.ok());
      EXPECT_TRUE(policy::ProveFilter(*policy, policy->portions[0],
                                      FilterKind::kPlain, {},
                                      Compiled(GetParam(), *policy), 60'000)
                      .proved())
          << name;
    }
  }
}

TEST_P(EveryRival, AgreesWithTheEvaluatorOnGeneratedProfiles) {
  for (uint64_t seed = 0; seed < 25; ++seed)
    ASSERT_NO_FATAL_FAILURE(ExpectRight(GetParam(), GenerateProfile(seed)));
}

// The sizes of the tools' own filters for the same profiles, within what their
// treatment of odd cases (x32, numbers that they do not know) makes of it.
TEST_P(EveryRival, IsAsGoodAsTheToolItself) {
  struct Published {
    std::string_view name;
    size_t docker;
    size_t web40;
    size_t allow300;
  };
  constexpr Published kPublished[] = {{"Kafel's", 106, 162, 83},
                                      {"minijail's", 104, 165, 74},
                                      {"Chromium's", 103, 160, 84},
                                      {"gVisor's", 169, 106, 189}};
  for (const Published& published : kPublished) {
    if (published.name != GetParam().name) continue;
    const auto mix = LoadCallMix();
    ASSERT_TRUE(mix.ok());
    for (const auto& [name, size] :
         {std::pair("docker", published.docker),
          std::pair("web40", published.web40),
          std::pair("allow300", published.allow300)}) {
      const auto policy = LoadProfile(name, ArgumentWidths::kFull);
      ASSERT_TRUE(policy.ok());
      const auto profile = MakeRivalProfile(*policy, *mix);
      ASSERT_TRUE(profile.ok());
      const auto program = GetParam().compile(*profile);
      ASSERT_TRUE(program.ok());
      EXPECT_LE(program->size(), size + 6) << name;
    }
  }
}

TEST(LabelProgram, OptimisesAwayJumpsAndLoads) {
  LabelProgram code;
  const auto missed = code.NewLabel();
  const auto again = code.NewLabel();
  code.Load(0);
  code.JumpUnless(BPF_JEQ, 1, again);
  code.Load(0);  // held already
  code.JumpUnless(BPF_JEQ, 1, missed);
  code.Return(7);
  code.Place(again);
  code.JumpTo(missed);
  code.Place(missed);
  code.Return(9);
  const auto program = code.Optimized();
  ASSERT_TRUE(program.ok());
  EXPECT_EQ(program->size(), 5u);
  EXPECT_EQ(RunBpf(*program, {.number = 1}).returned, 7u);
  EXPECT_EQ(RunBpf(*program, {.number = 2}).returned, 9u);
}

}  // namespace
}  // namespace bailey::bench
