// Policies compiled and lifted again are the same policies; filters of
// libseccomp's making mean what they mean.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <random>

#include "common/bpf/raw_filter.h"
#include "common/fd.h"
#include "policies/builtin_policies.h"
#include "policy-compiler/formats/oci/import.h"
#include "policy-compiler/lift/lift.h"
#include "policy-compiler/seccomp/compile_filter.h"
#include "policy-compiler/verify/policy_diff.h"
#include "tests/policy-compiler/lift/lift_check.h"
#include "tests/policy-compiler/lower/policy_generator.h"

namespace bailey::policy {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

LiftedPolicy Lift(const BpfProgram& program, Architecture architecture) {
  const auto lifted =
      LiftFilters({&program, 1}, {.architecture = architecture});
  EXPECT_TRUE(lifted.ok()) << lifted.error().message;
  if (!lifted.ok()) return {};
  EXPECT_TRUE(lifted->proved()) << lifted->undecided_reason;
  return *lifted;
}

LiftedPolicy CompiledAndLifted(const Policy& policy) {
  const auto program =
      CompileFilter(policy, policy.portions.front(), FilterKind::kPlain, {});
  EXPECT_TRUE(program.ok()) << program.error().message;
  return Lift(*program, policy.architecture);
}

// No difference is listed, and `diff`, which has nothing of the lift in it,
// finds none either.
void ExpectRoundTrip(const Policy& policy) {
  const LiftedPolicy lifted = CompiledAndLifted(policy);
  EXPECT_THAT(lifted.differences, IsEmpty()) << RenderLiftText(lifted);
  ParsedPolicy again = LoadPolicy({"again", lifted.text}, LibraryLookup());
  ASSERT_TRUE(again.policy.has_value()) << RenderText(again.diagnostics);
  Policy calls = policy;  // a filter has no more than these
  calls.portions.front().files.clear();
  calls.limits = {};
  const auto diff = DiffPolicies(calls, *again.policy, {});
  ASSERT_TRUE(diff.ok());
  EXPECT_EQ(RelationName(diff->relation()), "equal") << lifted.text;
}

class EveryBuiltin : public testing::TestWithParam<Architecture> {};

INSTANTIATE_TEST_SUITE_P(Targets, EveryBuiltin,
                         testing::ValuesIn(kArchitectures),
                         [](const auto& each) {
                           return std::string(ArchitectureName(each.param));
                         });

TEST_P(EveryBuiltin, ComesBack) {
  for (const BuiltinPolicy& builtin : BuiltinPolicies()) {
    for (const char* otherwise : {"kill", "errno EPERM"}) {
      SCOPED_TRACE(std::string(builtin.name) + " " + otherwise);
      const std::string text = "policy t { target linux " +
                               std::string(ArchitectureName(GetParam())) +
                               "; use \"" + std::string(builtin.name) +
                               "\"; otherwise " + otherwise + "; }";
      ParsedPolicy parsed = LoadPolicy({"t", text}, FindBuiltinPolicy);
      ASSERT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
      ExpectRoundTrip(*parsed.policy);
    }
  }
}

TEST(RoundTrip, BenchmarkProfilesComeBackInBothWidths) {
  for (const char* name : {"docker", "web40", "allow300"}) {
    const std::string path =
        std::string(BAILEY_TESTDATA "/seccomp/") + name + ".oci.json";
    const auto profile = ReadFile(path);
    ASSERT_TRUE(profile.ok()) << profile.error().message;
    for (const bool full : {false, true}) {
      SCOPED_TRACE(std::string(name) + (full ? " full" : " kernel"));
      OciImportOptions options;
      options.full_widths = full;
      const auto imported = ImportOciProfile(*profile, path, options);
      ASSERT_TRUE(imported.ok()) << imported.error().message;
      ParsedPolicy parsed = LoadPolicy({name, imported->text}, LibraryLookup());
      ASSERT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
      ExpectRoundTrip(*parsed.policy);
    }
  }
}

using ArchitectureAndSeed = std::tuple<Architecture, int>;
class RandomPolicies : public testing::TestWithParam<ArchitectureAndSeed> {};

INSTANTIATE_TEST_SUITE_P(
    Targets, RandomPolicies,
    testing::Combine(testing::ValuesIn(kArchitectures), testing::Range(0, 4)),
    [](const auto& each) {
      return std::string(ArchitectureName(std::get<0>(each.param))) + "_" +
             std::to_string(std::get<1>(each.param));
    });

// Of these the language could not say everything: clone3 next to limits.
TEST_P(RandomPolicies, AreProvedEqual) {
  const auto [architecture, seed] = GetParam();
  std::mt19937_64 random(static_cast<uint64_t>(11 + seed));
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; },
                            architecture);
  int lifted_count = 0;
  for (int i = 0; i < 40; ++i) {
    const Policy policy = generator.MakePolicy();
    const auto program =
        CompileFilter(policy, policy.portions.front(), FilterKind::kPlain, {});
    ASSERT_TRUE(program.ok());
    const auto lifted =
        LiftFilters({&*program, 1}, {.architecture = architecture});
    if (!lifted.ok()) {
      ASSERT_THAT(lifted.error().message, HasSubstr("too complex")) << i;
      continue;
    }
    ++lifted_count;
    ASSERT_TRUE(lifted->proved()) << i << lifted->undecided_reason;
    for (const LiftDifference& difference : lifted->differences)
      ASSERT_EQ(difference.calls, std::vector<std::string>{"clone3"})
          << i << lifted->text;
    const CheckedLift check({&*program, 1}, *lifted);
    for (int input = 0; input < 200; ++input) {
      const SeccompData data = generator.MakeInput();
      ASSERT_TRUE(check.Agrees(data)) << i << lifted->text;
    }
  }
  EXPECT_GE(lifted_count, 39);
}

// A filter as libseccomp 2.5 writes it.
class Libseccomp {
 public:
  explicit Libseccomp(uint32_t otherwise) : context_(seccomp_init(otherwise)) {}
  ~Libseccomp() { seccomp_release(context_); }
  Libseccomp(const Libseccomp&) = delete;
  Libseccomp& operator=(const Libseccomp&) = delete;

  void Rule(uint32_t action, const char* call,
            const std::vector<scmp_arg_cmp>& tests = {}) {
    ASSERT_EQ(seccomp_rule_add_array(
                  context_, action, seccomp_syscall_resolve_name(call),
                  static_cast<unsigned>(tests.size()), tests.data()),
              0)
        << call;
  }
  void Set(scmp_filter_attr attribute, uint32_t value) {
    ASSERT_EQ(seccomp_attr_set(context_, attribute, value), 0);
  }
  void AddArchitecture(uint32_t token) {
    ASSERT_EQ(seccomp_arch_add(context_, token), 0);
  }

  BpfProgram Export() {
    const UniqueFd file(memfd_create("filter", MFD_CLOEXEC));
    EXPECT_EQ(seccomp_export_bpf(context_, file.get()), 0);
    EXPECT_EQ(lseek(file.get(), 0, SEEK_SET), 0);
    const auto bytes = ReadAll(file.get(), "filter");
    EXPECT_TRUE(bytes.ok());
    const auto program = ParseRawFilter(*bytes, "filter");
    EXPECT_TRUE(program.ok());
    return *program;
  }

 private:
  scmp_filter_ctx context_;
};

bool ReturnsAllow(const LiftDifference& difference) {
  return difference.example.old_answer == SCMP_ACT_ALLOW;
}

scmp_arg_cmp Compared(unsigned argument, scmp_compare op, uint64_t a,
                      uint64_t b = 0) {
  return {argument, op, a, b};
}

TEST(LibseccompFilter, IsLiftedInFullWidths) {
  Libseccomp filter(SCMP_ACT_ERRNO(1));
  for (const char* call : {"read", "write", "close", "exit_group", "futex"})
    filter.Rule(SCMP_ACT_ALLOW, call);
  filter.Rule(SCMP_ACT_ALLOW, "socket", {Compared(0, SCMP_CMP_EQ, 1)});
  filter.Rule(SCMP_ACT_ALLOW, "socket", {Compared(0, SCMP_CMP_EQ, 2)});
  filter.Rule(SCMP_ACT_ALLOW, "lseek", {Compared(1, SCMP_CMP_GT, 0x100000002)});
  filter.Rule(SCMP_ACT_LOG, "personality",
              {Compared(0, SCMP_CMP_MASKED_EQ, 0xf0000000ff, 0x1000000001)});
  filter.Rule(SCMP_ACT_KILL_PROCESS, "ptrace");
  for (const uint32_t optimize : {1u, 2u}) {
    filter.Set(SCMP_FLTATR_CTL_OPTIMIZE, optimize);
    const BpfProgram program = filter.Export();
    const LiftedPolicy lifted = Lift(program, Architecture::kX8664);
    EXPECT_EQ(lifted.widths, Widths::kFull);
    EXPECT_THAT(lifted.text,
                HasSubstr("allow syscall close, exit_group, futex, "
                          "read, write;"));
    EXPECT_THAT(lifted.text, HasSubstr("lseek(offset >= 0x100000003)"));
    EXPECT_THAT(lifted.text, HasSubstr("socket(domain in {AF_UNIX, AF_INET})"));
    EXPECT_THAT(lifted.text, HasSubstr("personality(persona & 0xf0000000ff == "
                                       "0x1000000001) then log;"));
    EXPECT_THAT(lifted.text, HasSubstr("deny syscall ptrace then kill_"));
    for (const LiftDifference& difference : lifted.differences)
      EXPECT_NE(difference.example.region, InputRegion::kSyscall)
          << lifted.text;
  }
}

TEST(LibseccompFilter, OfTwoArchitecturesIsLiftedForEach) {
  Libseccomp filter(SCMP_ACT_ERRNO(38));
  filter.AddArchitecture(SCMP_ARCH_AARCH64);
  filter.AddArchitecture(SCMP_ARCH_X86);
  filter.Rule(SCMP_ACT_ALLOW, "read");
  filter.Rule(SCMP_ACT_ALLOW, "openat", {Compared(2, SCMP_CMP_EQ, 0)});
  const BpfProgram program = filter.Export();
  for (const Architecture architecture : kArchitectures) {
    const LiftedPolicy lifted = Lift(program, architecture);
    EXPECT_THAT(lifted.text, HasSubstr("allow syscall read;"));
    EXPECT_THAT(lifted.text, HasSubstr("openat(flags == O_RDONLY)"));
    EXPECT_THAT(lifted.text, HasSubstr("# - calls of "));
    EXPECT_TRUE(std::ranges::any_of(
        lifted.differences, [](const LiftDifference& difference) {
          return std::ranges::count(difference.calls, "i386") == 1 &&
                 ReturnsAllow(difference);
        }));
  }
}

}  // namespace
}  // namespace bailey::policy
