// The figures of docs/filters.md: instructions, and U, the mean executed over
// the calls of testdata/seccomp/mix.json that the kernel's bitmap does not
// answer. They are golden: a change of the compiler shows here.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "common/syscalls/syscall_table.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/seccomp/disassembler.h"
#include "policy-compiler/seccomp/kernel_bitmap.h"
#include "tests/policy-compiler/seccomp/oci_profile.h"

namespace bailey::policy {
namespace {

struct MixedCall {
  std::string name;
  double weight = 0;
  SeccompData data;
};

std::vector<MixedCall> LoadMix() {
  const std::string path = std::string(BAILEY_TESTDATA) + "/seccomp/mix.json";
  const auto text = ReadFile(path);
  EXPECT_TRUE(text.ok()) << path;
  const auto mix = ParseJson(text.value_or("{}"), path);
  EXPECT_TRUE(mix.ok()) << path;
  std::vector<MixedCall> calls;
  for (const Json& entry : (*mix)["calls"]) {
    MixedCall call{entry["syscall"], entry["weight"], {}};
    const SyscallTable& table = SyscallTable::For(Architecture::kX8664);
    call.data.number = table.FindByName(call.name)->number;
    call.data.architecture = table.audit_arch();
    size_t index = 0;
    for (const Json& argument : entry["arguments"]) {
      call.data.arguments[index++] = argument.get<uint64_t>();
    }
    calls.push_back(call);
  }
  return calls;
}

double MeanExecuted(const BpfProgram& program, bool bitmap) {
  double executed = 0;
  double weight = 0;
  for (const MixedCall& call : LoadMix()) {
    if (bitmap &&
        IsConstantAllow(program, call.data.architecture, call.data.number)) {
      continue;
    }
    executed += call.weight * RunBpf(program, call.data).instructions;
    weight += call.weight;
  }
  return weight == 0 ? 0 : executed / weight;
}

Frequencies MixFrequencies() {
  Frequencies frequencies;
  for (const MixedCall& call : LoadMix())
    frequencies[call.data.number] = call.weight;
  return frequencies;
}

struct Figures {
  std::string profile;
  Widths widths;
  Objective objective;
  bool told;  // the frequencies
  size_t size;
  double executed;  // U, or over all calls for `legacy`
};

class FilterFigures : public testing::TestWithParam<Figures> {};

TEST_P(FilterFigures, AreThoseOfTheDocument) {
  const Figures& expected = GetParam();
  const Policy policy = LoadOciProfile(expected.profile, expected.widths);
  EmissionOptions options;
  options.objective = expected.objective;
  if (expected.told) options.frequencies = MixFrequencies();
  const auto program = CompileFilter(policy, policy.portions[0],
                                     FilterKind::kPlain, {}, options);
  ASSERT_TRUE(program.ok());
  const double executed =
      MeanExecuted(*program, expected.objective == Objective::kBitmap);
  fmt::print("{} {} {}: {} instructions, {:.2f} executed\n", expected.profile,
             expected.widths == Widths::kFull ? "full" : "kernel",
             expected.told ? "told" : "untold", program->size(), executed);
  EXPECT_EQ(program->size(), expected.size);
  EXPECT_NEAR(executed, expected.executed, 0.005)
      << Disassemble(*program, FilterKind::kPlain);
}

INSTANTIATE_TEST_SUITE_P(
    Goldens, FilterFigures,
    testing::Values(
        Figures{"docker", Widths::kFull, Objective::kBitmap, false, 62, 8.00},
        Figures{"docker", Widths::kFull, Objective::kBitmap, true, 62, 8.00},
        Figures{"docker", Widths::kFull, Objective::kLegacy, false, 63, 7.36},
        Figures{"docker", Widths::kFull, Objective::kSize, false, 62, 8.43},
        Figures{"docker", Widths::kKernel, Objective::kBitmap, false, 60, 8.00},
        Figures{"web40", Widths::kFull, Objective::kBitmap, false, 79, 9.78},
        Figures{"web40", Widths::kFull, Objective::kBitmap, true, 79, 9.73},
        Figures{"web40", Widths::kFull, Objective::kLegacy, false, 80, 9.32},
        Figures{"web40", Widths::kFull, Objective::kSize, false, 79, 9.36},
        Figures{"web40", Widths::kKernel, Objective::kBitmap, false, 73, 8.05},
        Figures{"web40", Widths::kKernel, Objective::kBitmap, true, 73, 8.00},
        Figures{"allow300", Widths::kFull, Objective::kBitmap, false, 55, 0},
        Figures{"allow300", Widths::kFull, Objective::kLegacy, false, 56, 8.08},
        Figures{"allow300", Widths::kFull, Objective::kSize, false, 55, 8.79}),
    [](const auto& each) {
      const Figures& figures = each.param;
      return fmt::format("{}_{}_{}_{}", figures.profile,
                         figures.widths == Widths::kFull ? "full" : "kernel",
                         ObjectiveName(figures.objective),
                         figures.told ? "told" : "untold");
    });

// FNV-1a over the instructions.
uint64_t DigestOf(const BpfProgram& program) {
  uint64_t digest = 0xcbf29ce484222325;
  const auto mix = [&digest](uint64_t field) {
    digest = (digest ^ field) * 0x100000001b3;
  };
  for (const sock_filter& each : program) {
    mix(each.code);
    mix(each.jt);
    mix(each.jf);
    mix(each.k);
  }
  return digest;
}

// Compilers evaluate a call's arguments in different orders; what they build
// must emit the same bytes.
class FilterBytes
    : public testing::TestWithParam<std::pair<const char*, uint64_t>> {};

TEST_P(FilterBytes, DoNotDependOnWhatBuiltTheCompiler) {
  const auto& [profile, digest] = GetParam();
  const Policy policy = LoadOciProfile(profile, Widths::kFull);
  const auto program = CompileFilter(policy, policy.portions[0],
                                     FilterKind::kPlain, {}, EmissionOptions{});
  ASSERT_TRUE(program.ok());
  EXPECT_EQ(DigestOf(*program), digest)
      << Disassemble(*program, FilterKind::kPlain);
}

INSTANTIATE_TEST_SUITE_P(
    Goldens, FilterBytes,
    testing::Values(std::pair("docker", 9700257628874910926ULL),
                    std::pair("web40", 12255580807348233064ULL),
                    std::pair("allow300", 15268376336553760817ULL)),
    [](const auto& each) { return std::string(each.param.first); });

}  // namespace
}  // namespace bailey::policy
