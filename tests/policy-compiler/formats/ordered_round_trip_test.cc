// Policies out to Kafel and minijail and back: proved equal by Z3, and what is
// written answered by evaluators of those languages.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/fd.h"
#include "policies/builtin_policies.h"
#include "policy-compiler/formats/kafel/export.h"
#include "policy-compiler/formats/kafel/import.h"
#include "policy-compiler/formats/minijail/export.h"
#include "policy-compiler/formats/minijail/import.h"
#include "policy-compiler/formats/oci/import.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/policy_diff.h"
#include "tests/policy-compiler/formats/kafel/evaluator.h"
#include "tests/policy-compiler/formats/minijail/evaluator.h"
#include "tests/policy-compiler/formats/table_policy.h"

namespace bailey::policy {
namespace {

Policy Load(const std::string& text) {
  ParsedPolicy parsed = LoadPolicy({"p.policy", text}, FindBuiltinPolicy);
  EXPECT_TRUE(parsed.policy.has_value())
      << text << RenderText(parsed.diagnostics);
  return parsed.policy ? *std::move(parsed.policy) : Policy{};
}

// System calls alone are in what is exported.
Policy CallsOnly(Policy policy) {
  policy.portions[0].files.clear();
  policy.portions[0].credentials.clear();
  policy.credentials.clear();
  policy.limits = {};
  policy.plugins.clear();
  return policy;
}

Policy ThroughKafel(const Policy& policy, bool full_widths) {
  const auto exported = ExportKafel(policy, policy.portions.at(0));
  EXPECT_TRUE(exported.ok());
  EXPECT_TRUE(exported->losses.empty());
  KafelImportOptions options;
  options.full_widths = full_widths;
  options.architecture = policy.architecture;
  const auto imported = ImportKafel({"p.kafel", exported->text}, options);
  EXPECT_TRUE(imported.ok()) << imported.error().message;
  EXPECT_FALSE(imported->diagnostics.has_errors())
      << RenderText(imported->diagnostics) << exported->text;
  return Load(imported->text);
}

Policy ThroughMinijail(const Policy& policy, bool full_widths) {
  const auto exported = ExportMinijail(policy, policy.portions.at(0));
  EXPECT_TRUE(exported.ok());
  MinijailImportOptions options;
  options.full_widths = full_widths;
  options.architecture = policy.architecture;
  const auto imported = ImportMinijail({"p.minijail", exported->text}, options);
  EXPECT_TRUE(imported.ok()) << imported.error().message;
  EXPECT_FALSE(imported->diagnostics.has_errors())
      << RenderText(imported->diagnostics) << exported->text;
  return Load(imported->text);
}

bool IsInTable(const Policy& policy, uint32_t number) {
  return SyscallTable::For(policy.architecture).FindByNumber(number) != nullptr;
}

// Equal, but for numbers without a name where the format cannot say those, and
// but for calls with conditions too large for it, which are stricter then.
enum class Wanted { kEqual, kEqualForNames, kStricter };

void ExpectEqual(const Policy& wanted, const Policy& got, Wanted how) {
  const auto diff = DiffPolicies(CallsOnly(wanted), got, {});
  ASSERT_TRUE(diff.ok()) << diff.error().message;
  EXPECT_TRUE(diff->undecided.empty());
  for (const CallDifference& call : diff->calls) {
    const bool named = IsInTable(wanted, call.witness.data.number);
    const bool fits =
        how == Wanted::kStricter || (how == Wanted::kEqualForNames && !named);
    EXPECT_TRUE(fits && call.witness.relation == Relation::kStricter)
        << RenderDiffText(*diff, {});
  }
  EXPECT_TRUE(diff->grants.empty()) << RenderDiffText(*diff, {});
}

// What minijail's default cannot say is one loss.
Wanted FromMinijail(const Policy& policy) {
  const auto exported = ExportMinijail(policy, policy.portions.at(0));
  EXPECT_TRUE(exported.ok());
  const bool by_default =
      policy.portions[0].otherwise.kind >= ActionKind::kTrap;
  if (exported->losses.size() > (by_default ? 0u : 1u))
    return Wanted::kStricter;
  return by_default ? Wanted::kEqual : Wanted::kEqualForNames;
}

void ExpectRoundTrips(const Policy& policy, bool full_widths) {
  SCOPED_TRACE(full_widths ? "full widths" : "kernel widths");
  ExpectEqual(policy, ThroughKafel(policy, full_widths), Wanted::kEqual);
  ExpectEqual(policy, ThroughMinijail(policy, full_widths),
              FromMinijail(policy));
}

TEST(OrderedRoundTrip, BuiltinPolicies) {
  for (const BuiltinPolicy& builtin : BuiltinPolicies()) {
    SCOPED_TRACE(builtin.name);
    const Policy policy = Load("policy p { use \"" + std::string(builtin.name) +
                               "\"; otherwise errno EPERM; }");
    ExpectRoundTrips(policy, false);
  }
}

TEST(OrderedRoundTrip, Aarch64) {
  const Policy policy = Load(
      "policy p { target linux aarch64; use \"runtime/c\"; "
      "deny syscall socket(domain in {16..20, -1}) then trap; }");
  ExpectRoundTrips(policy, false);
}

TEST(OrderedRoundTrip, ConditionsOfEveryKind) {
  const Policy policy = Load(
      "policy p {\n"
      "allow syscall read(fd in {0..2, 9}), lseek(offset < -5, whence == 2);\n"
      "allow syscall mkdir(mode & 0777 <= 0700), kill(sig > -3 and sig < 5);\n"
      "deny syscall kill(sig == 4) then errno EPERM;\n"
      "deny syscall kill(sig == 3) then kill;\n"
      "allow syscall openat(flags & (O_ACCMODE|O_CREAT) == 0 or dirfd == -100) "
      "then log;\n"
      "allow syscall clone(flags & 0x7e020000 == 0);\n"
      "deny syscall mmap(addr != 0 and not (prot == 4 or flags & 1 != 0));\n"
      "allow syscall mmap, munmap; otherwise trap; }");
  ExpectRoundTrips(policy, false);
}

class OrderedProfiles : public ::testing::TestWithParam<const char*> {};

TEST_P(OrderedProfiles, RoundTrip) {
  const std::string path =
      std::string(BAILEY_TESTDATA) + "/seccomp/" + GetParam() + ".oci.json";
  const auto text = ReadFile(path);
  ASSERT_TRUE(text.ok()) << path;
  for (const bool full_widths : {false, true}) {
    OciImportOptions options;
    options.full_widths = full_widths;
    const auto imported = ImportOciProfile(*text, path, options);
    ASSERT_TRUE(imported.ok()) << imported.error().message;
    const Policy policy = Load(imported->text);
    EXPECT_NE(FromMinijail(policy), Wanted::kStricter);
    ExpectRoundTrips(policy, full_widths);
  }
}

INSTANTIATE_TEST_SUITE_P(Profiles, OrderedProfiles,
                         ::testing::Values("docker", "web40", "allow300"));

TEST(OrderedRoundTrip, RandomPolicies) {
  int exact = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const Policy policy = RandomTablePolicy(seed);
    if (FromMinijail(policy) != Wanted::kStricter) ++exact;
    ExpectRoundTrips(policy, false);
    if (HasFailure()) return;
  }
  EXPECT_GT(exact, 30);
}

// Widths, signs and arguments as no table has them.
Policy RandomWidePolicy(uint64_t seed) {
  std::mt19937_64 random(seed);
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; });
  Policy policy = generator.MakePolicy();
  policy.portions[0].clone_constrained = false;
  std::erase_if(policy.portions[0].syscalls, [](const SyscallRule& rule) {
    return rule.number == 56 || rule.number == 435;
  });
  return policy;
}

std::string KafelAction(const Action& action) {
  constexpr std::string_view kWords[] = {"ALLOW",   "LOG",  "ERRNO",
                                         "TRAP(0)", "KILL", "KILL_PROCESS"};
  const std::string word(kWords[static_cast<size_t>(action.kind)]);
  if (action.kind != ActionKind::kErrno) return word;
  return word + "(" + std::to_string(action.errno_value) + ")";
}

std::string MinijailAction(const Action& action) {
  constexpr std::string_view kWords[] = {"allow", "log",  "return ",
                                         "trap",  "kill", "kill-process"};
  const std::string word(kWords[static_cast<size_t>(action.kind)]);
  if (action.kind != ActionKind::kErrno) return word;
  return word + std::to_string(action.errno_value);
}

// What is written means the same to those who read the formats otherwise.
TEST(OrderedRoundTrip, WhatIsWrittenMeansTheSameToItsOwnReaders) {
  size_t asked = 0;
  for (uint64_t seed = 1000; seed < 1080; ++seed) {
    const Policy policy = RandomWidePolicy(seed);
    const PortionPolicy& portion = policy.portions[0];
    const auto kafel_text = ExportKafel(policy, portion);
    const auto minijail_text = ExportMinijail(policy, portion);
    ASSERT_TRUE(kafel_text.ok() && minijail_text.ok());
    ASSERT_TRUE(kafel_text->losses.empty());
    const bool exact =
        std::ranges::all_of(minijail_text->losses, [](const ExportLoss& loss) {
          return loss.rule.starts_with("otherwise ");
        });
    KafelEvaluator kafel(kafel_text->text);
    MinijailEvaluator minijail(minijail_text->text);
    for (const SeccompData& data : InterestingInputs(policy)) {
      if (data.architecture != 0xc000003e || !IsInTable(policy, data.number))
        continue;
      ++asked;
      const Action answer = Evaluate(policy.architecture, portion, data).action;
      ASSERT_EQ(kafel.Answer(data), KafelAction(answer))
          << seed << " " << data.number << "\n"
          << kafel_text->text;
      if (exact) {
        ASSERT_EQ(minijail.Answer(data), MinijailAction(answer))
            << seed << " " << data.number << "\n"
            << minijail_text->text;
      }
    }
  }
  EXPECT_GT(asked, 20'000u);
}

TEST(OrderedRoundTrip, RandomWidePolicies) {
  for (uint64_t seed = 2000; seed < 2050; ++seed) {
    SCOPED_TRACE(seed);
    const Policy policy = RandomWidePolicy(seed);
    ExpectEqual(policy, ThroughKafel(policy, true), Wanted::kEqual);
    if (HasFailure()) return;
  }
}

// Numbers that the kernel may give a call to, and x32's, where the default
// allows.
TEST(KafelExport, NamesWhatADefaultThatAllowsWouldLetPass) {
  const Policy policy =
      Load("policy p { deny syscall ptrace then kill; otherwise allow; }");
  const auto exported = ExportKafel(policy, policy.portions[0]);
  ASSERT_TRUE(exported.ok());
  KafelEvaluator kafel(exported->text);
  const auto ask = [&](uint32_t number) {
    return kafel.Answer({.number = number, .architecture = 0xc000003e});
  };
  EXPECT_EQ(ask(101), "KILL_PROCESS");
  EXPECT_EQ(ask(0x40000000 + 521), "KILL_PROCESS");  // x32's ptrace
  EXPECT_EQ(ask(0x40000000 + 101), "KILL_PROCESS");
  EXPECT_EQ(ask(400), "ERRNO(38)");
  EXPECT_EQ(ask(600), "ERRNO(38)");
  EXPECT_EQ(ask(0), "ALLOW");
}

TEST(MinijailExport, SaysWhatItsDefaultCannot) {
  const Policy policy = Load("policy p { otherwise errno EPERM; }");
  const auto exported = ExportMinijail(policy, policy.portions[0]);
  ASSERT_TRUE(exported.ok());
  ASSERT_EQ(exported->losses.size(), 1u);
  EXPECT_EQ(exported->losses[0].rule, "otherwise errno EPERM");
  MinijailEvaluator minijail(exported->text);
  EXPECT_EQ(minijail.Answer({.number = 0, .architecture = 0xc000003e}),
            "return 1");
  EXPECT_EQ(minijail.Answer({.number = 5000, .architecture = 0xc000003e}),
            "kill-process");
}

}  // namespace
}  // namespace bailey::policy
