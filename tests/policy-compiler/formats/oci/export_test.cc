#include "policy-compiler/formats/oci/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "common/fd.h"
#include "common/json.h"
#include "policies/builtin_policies.h"
#include "policy-compiler/formats/oci/import.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"
#include "policy-compiler/verify/policy_diff.h"
#include "tests/policy-compiler/formats/table_policy.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;

std::string Export(const Policy& policy) {
  const auto exported = ExportOci(policy, policy.portions.at(0));
  EXPECT_TRUE(exported.ok());
  if (!exported.ok()) return "";
  for (const ExportLoss& loss : exported->losses)
    ADD_FAILURE() << loss.rule << ": " << loss.reason;
  return exported->text;
}

Policy Load(const std::string& text) {
  ParsedPolicy parsed = LoadPolicy({"p.policy", text}, FindBuiltinPolicy);
  EXPECT_TRUE(parsed.policy.has_value())
      << RenderText(parsed.diagnostics) << text;
  return parsed.policy ? *std::move(parsed.policy) : Policy{};
}

Policy ImportBack(const std::string& profile, bool full_widths = false) {
  OciImportOptions options;
  options.full_widths = full_widths;
  const auto imported = ImportOciProfile(profile, "p.json", options);
  EXPECT_TRUE(imported.ok()) << imported.error().message << profile;
  return imported.ok() ? Load(imported->text) : Policy{};
}

// Calls alone: an OCI profile has no file rules, credentials or limits.
Policy CallsOnly(Policy policy) {
  policy.portions[0].files.clear();
  policy.portions[0].credentials.clear();
  policy.credentials.clear();
  policy.limits = {};
  policy.plugins.clear();
  return policy;
}

void ExpectEqual(const Policy& wanted, const Policy& got) {
  const auto diff = DiffPolicies(wanted, got, {});
  ASSERT_TRUE(diff.ok()) << diff.error().message;
  EXPECT_EQ(diff->relation(), Relation::kEqual) << RenderDiffText(*diff, {});
  EXPECT_TRUE(diff->undecided.empty());
}

void ExpectRoundTrip(const Policy& policy, bool full_widths = false) {
  const Policy calls = CallsOnly(policy);
  ExpectEqual(calls, ImportBack(Export(calls), full_widths));
}

TEST(OciExport, BuiltInPoliciesComeBackEqual) {
  for (const BuiltinPolicy& builtin : BuiltinPolicies()) {
    SCOPED_TRACE(builtin.name);
    ExpectRoundTrip(Load("policy p { use \"" + std::string(builtin.name) +
                         "\"; otherwise errno EPERM; }"));
  }
}

class Profiles
    : public ::testing::TestWithParam<std::tuple<const char*, bool>> {};

TEST_P(Profiles, ComeBackEqual) {
  const auto& [name, full_widths] = GetParam();
  const auto text =
      ReadFile(std::string(BAILEY_TESTDATA) + "/seccomp/" + name + ".oci.json");
  ASSERT_TRUE(text.ok());
  ExpectRoundTrip(ImportBack(*text, full_widths), full_widths);
}

INSTANTIATE_TEST_SUITE_P(, Profiles,
                         ::testing::Combine(::testing::Values("docker", "web40",
                                                              "allow300"),
                                            ::testing::Bool()));

TEST(OciExport, RandomPoliciesComeBackEqual) {
  int conditional = 0;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    const Policy policy = RandomTablePolicy(seed);
    const auto exported = ExportOci(policy, policy.portions[0]);
    ASSERT_TRUE(exported.ok());
    if (!exported->losses.empty()) continue;
    ExpectEqual(policy, ImportBack(exported->text));
    conditional += exported->text.find("SCMP_CMP_") != std::string::npos;
  }
  EXPECT_GT(conditional, 50);
}

// The profile as its own tools read it: 64 bits, unsigned. No two entries that
// match may disagree, since libseccomp gives them no order.
class Reader {
 public:
  explicit Reader(const Json& profile) : profile_(profile) {}

  std::string Answer(const Syscall& call, const SeccompData& data) const {
    std::string answer;
    for (const Json& entry : profile_["syscalls"]) {
      if (!Matches(entry, call, data)) continue;
      const std::string action = Text(entry, "action", "errnoRet");
      EXPECT_TRUE(answer.empty() || answer == action) << call.name;
      answer = action;
    }
    if (!answer.empty()) return answer;
    return Text(profile_, "defaultAction", "defaultErrnoRet");
  }

 private:
  static std::string Text(const Json& json, const char* action,
                          const char* code) {
    const std::string word = json[action];
    if (word == "SCMP_ACT_ERRNO")
      return ActionName({ActionKind::kErrno, json[code].get<uint16_t>()});
    if (word == "SCMP_ACT_ALLOW") return "allow";
    if (word == "SCMP_ACT_LOG") return "log";
    if (word == "SCMP_ACT_TRAP") return "trap";
    return word == "SCMP_ACT_KILL_THREAD" ? "kill_thread" : "kill_process";
  }

  static bool Matches(const Json& entry, const Syscall& call,
                      const SeccompData& data) {
    if (std::ranges::find(entry["names"], Json(call.name)) ==
        entry["names"].end())
      return false;
    if (!entry.contains("args")) return true;
    return std::ranges::all_of(
        entry["args"], [&](const Json& test) { return Compares(test, data); });
  }

  static bool Compares(const Json& test, const SeccompData& data) {
    const uint64_t seen = data.arguments[test["index"].get<size_t>()];
    const uint64_t value = test["value"];
    const std::string op = test["op"];
    if (op == "SCMP_CMP_MASKED_EQ") return (seen & value) == test["valueTwo"];
    if (op == "SCMP_CMP_EQ") return seen == value;
    if (op == "SCMP_CMP_NE") return seen != value;
    if (op == "SCMP_CMP_LT") return seen < value;
    if (op == "SCMP_CMP_LE") return seen <= value;
    return op == "SCMP_CMP_GT" ? seen > value : seen >= value;
  }

  const Json& profile_;
};

TEST(OciExport, MeansTheSameInSixtyFourBitsAndInAnyOrder) {
  int asked = 0;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    const Policy policy = RandomTablePolicy(seed);
    const PortionPolicy& portion = policy.portions[0];
    const auto exported = ExportOci(policy, portion);
    const auto json = ParseJson(exported->text, "p.json");
    if (!exported->losses.empty()) continue;
    const Reader reader(*json);
    const SyscallTable& table = SyscallTable::For(policy.architecture);
    for (const SeccompData& data : InterestingInputs(policy)) {
      const Syscall* const call = table.FindByNumber(data.number);
      if (call == nullptr || data.architecture != table.audit_arch()) continue;
      const Verdict verdict = Evaluate(policy.architecture, portion, data);
      ASSERT_EQ(reader.Answer(*call, data), ActionName(verdict.action))
          << seed << " " << call->name;
      ++asked;
    }
  }
  EXPECT_GT(asked, 10'000);
}

TEST(OciExport, WhatIsAllowedOtherwiseIsNamed) {
  const Policy policy = Load(
      "policy p { deny syscall ptrace then errno EPERM; "
      "otherwise allow; }");
  const std::string text = Export(policy);
  EXPECT_THAT(text, HasSubstr("\"defaultErrnoRet\": 38"));
  ExpectRoundTrip(policy);
}

TEST(OciExport, Clone3IsDeniedBesideLimitsOnClone) {
  ExpectRoundTrip(
      Load("policy p { allow syscall clone(flags & CLONE_NEWUSER == 0); "
           "otherwise errno EPERM; }"));
}

constexpr const char* kTooMuch =
    "policy p { allow syscall read, socket(domain != 5, type != 7, "
    "protocol != 9); otherwise errno EPERM; }";

TEST(OciExport, WhatNeedsTooManyEntriesIsDeniedAndSaid) {
  const Policy policy = Load(kTooMuch);
  const auto exported = ExportOci(policy, policy.portions[0]);
  ASSERT_TRUE(exported.ok());
  ASSERT_EQ(exported->losses.size(), 1u);
  EXPECT_THAT(exported->losses[0].rule, HasSubstr("socket(domain != 5"));
  const auto diff = DiffPolicies(policy, ImportBack(exported->text), {});
  EXPECT_EQ(diff->relation(), Relation::kStricter);
}

}  // namespace
}  // namespace bailey::policy
