#include "policy-compiler/formats/oci/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/fd.h"
#include "common/json.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/evaluator.h"

namespace bailey::policy {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

ImportedPolicy Import(std::string_view text, OciImportOptions options = {}) {
  auto imported = ImportOciProfile(text, "p.json", options);
  EXPECT_TRUE(imported.ok()) << imported.error().message;
  return imported.ok() ? *std::move(imported) : ImportedPolicy{};
}

Policy LoadText(const std::string& text) {
  ParsedPolicy parsed = LoadPolicy({"p.policy", text}, LibraryLookup());
  EXPECT_TRUE(parsed.policy.has_value()) << text;
  return parsed.policy ? *std::move(parsed.policy) : Policy{};
}

std::string Ask(const Policy& policy, std::string_view call,
                std::vector<std::string> arguments = {}) {
  const auto data = ParseInvocation(policy.architecture, call, arguments);
  return ActionName(
      Evaluate(policy.architecture, policy.portions.at(0), *data).action);
}

bool Names(const Json& entry, std::string_view name) {
  for (const Json& listed : entry["names"])
    if (listed.get<std::string>() == name) return true;
  return false;
}

// The profile read as plainly as can be: the first entry that names the call
// and whose tests all hold, of arguments as the kernel sees them; else the
// default.
class PlainReading {
 public:
  explicit PlainReading(const Json& profile) : profile_(profile) {}

  std::string Answer(const Syscall& call, const SeccompData& data) const {
    bool clone_limited = false, named = false;
    for (const Json& entry : profile_["syscalls"]) {
      const bool here = Names(entry, call.name);
      named = named || here;
      clone_limited =
          clone_limited || (Names(entry, "clone") && entry.contains("args"));
      if (here && Holds(entry, call, data))
        return Text(entry["action"], entry.value("errnoRet", 1));
    }
    // One of the differences that the import names.
    if (call.name == "clone3" && clone_limited && !named) return "errno ENOSYS";
    return Text(profile_["defaultAction"],
                profile_.value("defaultErrnoRet", 1));
  }

 private:
  static bool Holds(const Json& entry, const Syscall& call,
                    const SeccompData& data) {
    if (!entry.contains("args")) return true;
    for (const Json& test : entry["args"]) {
      const size_t index = test["index"].get<size_t>();
      const unsigned unread = 64u - call.arguments[index].width_bits;
      const uint64_t value = data.arguments[index] << unread >> unread;
      if (!Compares(test, value)) return false;
    }
    return true;
  }

  static bool Compares(const Json& test, uint64_t value) {
    const std::string op = test["op"];
    const uint64_t other = test["value"];
    if (op == "SCMP_CMP_EQ") return value == other;
    if (op == "SCMP_CMP_NE") return value != other;
    if (op == "SCMP_CMP_LT") return value < other;
    if (op == "SCMP_CMP_GT") return value > other;
    if (op == "SCMP_CMP_MASKED_EQ")
      return (value & other) == test.value("valueTwo", uint64_t{0});
    ADD_FAILURE() << op;
    return false;
  }

  static std::string Text(const std::string& action, int code) {
    if (action == "SCMP_ACT_ALLOW") return "allow";
    EXPECT_EQ(action, "SCMP_ACT_ERRNO");
    return ActionName({ActionKind::kErrno, static_cast<uint16_t>(code)});
  }

  const Json& profile_;
};

// Arguments around each value that an entry tests, the others as it wants them.
std::vector<SeccompData> InputsFor(const Json& profile, const Syscall& call,
                                   uint32_t architecture) {
  std::vector<SeccompData> inputs;
  SeccompData data{.number = call.number, .architecture = architecture};
  inputs.push_back(data);
  data.arguments.fill(~uint64_t{0});
  inputs.push_back(data);
  for (const Json& entry : profile["syscalls"]) {
    if (!entry.contains("args") || !Names(entry, call.name)) continue;
    data.arguments.fill(0);
    for (const Json& test : entry["args"])
      data.arguments[test["index"]] =
          test["op"] == "SCMP_CMP_MASKED_EQ" ? test["valueTwo"] : test["value"];
    inputs.push_back(data);
    for (const Json& test : entry["args"]) {
      const uint64_t value = test["value"];
      for (const uint64_t near :
           {value - 1, value + 1, value | uint64_t{1} << 32, ~value,
            value | 0x80000000, value & 0x7fffffff, value & (~value + 1)}) {
        SeccompData changed = data;
        changed.arguments[test["index"]] = near;
        inputs.push_back(changed);
      }
    }
  }
  return inputs;
}

class RealProfiles : public ::testing::TestWithParam<const char*> {};

TEST_P(RealProfiles, MeanWhatAPlainReadingMakesOfThem) {
  const std::string path =
      std::string(BAILEY_TESTDATA) + "/seccomp/" + GetParam() + ".oci.json";
  const auto text = ReadFile(path);
  ASSERT_TRUE(text.ok());
  const auto profile = ParseJson(*text, path);
  ASSERT_TRUE(profile.ok());
  const PlainReading reading(*profile);
  const Policy policy = LoadText(Import(*text).text);
  const SyscallTable& table = SyscallTable::For(policy.architecture);
  std::set<std::string> answers;
  for (const Syscall& call : table.all()) {
    for (const SeccompData& data :
         InputsFor(*profile, call, table.audit_arch())) {
      const std::string answer = ActionName(
          Evaluate(policy.architecture, policy.portions[0], data).action);
      EXPECT_EQ(answer, reading.Answer(call, data)) << call.name;
      answers.insert(answer);
    }
  }
  EXPECT_THAT(answers, Contains("allow"));
  EXPECT_THAT(answers, Contains("errno EPERM"));
}

INSTANTIATE_TEST_SUITE_P(Testdata, RealProfiles,
                         ::testing::Values("docker", "web40", "allow300"));

// A profile of entries: {"names": [...], "action": ...}, ...
std::string Profile(std::string_view entries,
                    std::string_view action = "SCMP_ACT_ERRNO") {
  return R"({"defaultAction": ")" + std::string(action) +
         R"(", "syscalls": [)" + std::string(entries) + "]}";
}

constexpr std::string_view kAllowRead =
    R"({"names": ["read"], "action": "SCMP_ACT_ALLOW"})";

TEST(OciImport, EachActionHasItsPlace) {
  const std::string profile = Profile(
      R"({"names": ["read"], "action": "SCMP_ACT_ALLOW"},
         {"names": ["write"], "action": "SCMP_ACT_LOG"},
         {"names": ["dup"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5},
         {"names": ["dup2"], "action": "SCMP_ACT_TRAP"},
         {"names": ["pipe"], "action": "SCMP_ACT_KILL"},
         {"names": ["pipe2"], "action": "SCMP_ACT_KILL_PROCESS"},
         {"names": ["poll"], "action": "SCMP_ACT_TRACE"},
         {"names": ["bind"], "action": "SCMP_ACT_NOTIFY"})");
  const ImportedPolicy imported = Import(profile);
  const Policy policy = LoadText(imported.text);
  EXPECT_EQ(Ask(policy, "read"), "allow");
  EXPECT_EQ(Ask(policy, "write"), "log");
  EXPECT_EQ(Ask(policy, "dup"), "errno EIO");
  EXPECT_EQ(Ask(policy, "dup2"), "trap");
  EXPECT_EQ(Ask(policy, "pipe"), "kill_thread");
  EXPECT_EQ(Ask(policy, "pipe2"), "kill_process");
  EXPECT_EQ(Ask(policy, "poll"), "errno ENOSYS");
  EXPECT_EQ(Ask(policy, "bind"), "errno ENOSYS");
  EXPECT_EQ(Ask(policy, "socket"), "errno EPERM");
  EXPECT_THAT(imported.differences, Contains(HasSubstr("asks a tracer")));
  EXPECT_THAT(imported.differences, Contains(HasSubstr("asks a supervisor")));
}

TEST(OciImport, SaysWhatItSkips) {
  const ImportedPolicy imported =
      Import(Profile(R"({"names": ["read", "clock_gettime64", "futur"],
                  "action": "SCMP_ACT_ALLOW"})"));
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("are skipped (runc skips those that its "
                                 "libseccomp does not know): clock_gettime64, "
                                 "futur")));
}

TEST(OciImport, SaysWhatUnknownNumbersAndForeignArchitecturesGet) {
  const ImportedPolicy errno_default = Import(Profile(kAllowRead));
  EXPECT_THAT(errno_default.differences,
              Contains(HasSubstr("numbers above 0, the largest")));
  EXPECT_THAT(errno_default.differences, Contains(HasSubstr("x32 included")));
  const ImportedPolicy allow_default =
      Import(R"({"defaultAction": "SCMP_ACT_ALLOW",
                 "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
                 "flags": ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]})");
  EXPECT_THAT(allow_default.differences,
              Not(Contains(HasSubstr("the largest"))));
  EXPECT_THAT(allow_default.differences,
              Contains(HasSubstr("architectures SCMP_ARCH_X86 are filtered")));
  EXPECT_THAT(allow_default.differences,
              Contains(HasSubstr("SECCOMP_FILTER_FLAG_SPEC_ALLOW")));
}

// runc leaves out an entry that answers as the default: it denies nothing.
TEST(OciImport, AnEntryWithTheDefaultsActionIsWithoutEffect) {
  const ImportedPolicy imported =
      Import(Profile(R"({"names": ["read"], "action": "SCMP_ACT_ERRNO"},)" +
                     std::string(kAllowRead)));
  EXPECT_EQ(Ask(LoadText(imported.text), "read"), "allow");
  EXPECT_THAT(
      imported.differences,
      Contains(HasSubstr("`read`: an entry with the default's action")));
}

TEST(OciImport, SaysWhereDenialsWin) {
  const ImportedPolicy imported =
      Import(Profile(std::string(kAllowRead) +
                     R"(,{"names": ["read"], "action": "SCMP_ACT_KILL_PROCESS",
                   "args": [{"index": 0, "value": 7, "op": "SCMP_CMP_EQ"}]})"));
  const Policy policy = LoadText(imported.text);
  EXPECT_EQ(Ask(policy, "read", {"7"}), "kill_process");
  EXPECT_EQ(Ask(policy, "read", {"8"}), "allow");
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("`read` has entries with different actions")));
}

TEST(OciImport, TwoErrorsForOneCallKeepTheFirst) {
  const ImportedPolicy imported = Import(
      Profile(R"({"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5},
                 {"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 6}
                 )"));
  EXPECT_EQ(Ask(LoadText(imported.text), "read"), "errno EIO");
  EXPECT_THAT(imported.differences, Contains(HasSubstr("different actions")));
}

TEST(OciImport, SeveralTestsOfOneArgumentAreAlternatives) {
  const ImportedPolicy imported = Import(Profile(
      R"({"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [
          {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"},
          {"index": 0, "value": 2, "op": "SCMP_CMP_EQ"}]})"));
  const Policy policy = LoadText(imported.text);
  EXPECT_EQ(Ask(policy, "socket", {"1"}), "allow");
  EXPECT_EQ(Ask(policy, "socket", {"2"}), "allow");
  EXPECT_EQ(Ask(policy, "socket", {"3"}), "errno EPERM");
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("any of the entry's tests is enough")));
}

// What cannot be tested makes an allow narrower and a denial wider.
TEST(OciImport, IsStricterWhereTheLanguageCannotSayIt) {
  constexpr std::string_view kTest =
      R"("args": [{"index": 1, "value": 4096, "op": "SCMP_CMP_EQ"}])";
  const std::string allow =
      R"({"names": ["read"], "action": "SCMP_ACT_ALLOW", )" +
      std::string(kTest) + "}";
  const std::string deny =
      R"({"names": ["read"], "action": "SCMP_ACT_ERRNO", )" +
      std::string(kTest) + "}";
  const ImportedPolicy narrower = Import(Profile(allow));
  EXPECT_EQ(Ask(LoadText(narrower.text), "read", {"0", "4096"}), "errno EPERM");
  const ImportedPolicy wider = Import(Profile(deny, "SCMP_ACT_ALLOW"));
  EXPECT_EQ(Ask(LoadText(wider.text), "read", {"0", "0"}), "errno EPERM");
  // Of a kill, an error is the looser answer.
  const ImportedPolicy under_kill = Import(Profile(deny, "SCMP_ACT_KILL"));
  EXPECT_EQ(Ask(LoadText(under_kill.text), "read", {"0", "4096"}),
            "kill_thread");
  for (const auto* imported : {&narrower, &wider, &under_kill})
    EXPECT_THAT(imported->differences, Contains(HasSubstr("`buf`, a pointer")));
}

TEST(OciImport, Clone3AnswersEnosysWhereCloneIsLimited) {
  const ImportedPolicy imported = Import(Profile(
      R"({"names": ["clone"], "action": "SCMP_ACT_ALLOW", "args": [
          {"index": 0, "value": 2114060288, "valueTwo": 0,
           "op": "SCMP_CMP_MASKED_EQ"}]},
         {"names": ["clone3"], "action": "SCMP_ACT_ALLOW"})"));
  EXPECT_EQ(Ask(LoadText(imported.text), "clone3"), "errno ENOSYS");
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("`clone3` is allowed by the profile")));
}

TEST(OciImport, AnErrorOfZeroIsADenial) {
  const ImportedPolicy imported = Import(Profile(
      R"({"names": ["read"], "action": "SCMP_ACT_ERRNO", "errnoRet": 0})",
      "SCMP_ACT_ALLOW"));
  EXPECT_EQ(Ask(LoadText(imported.text), "read"), "errno EPERM");
  EXPECT_THAT(imported.differences, Contains(HasSubstr("pretends success")));
}

constexpr std::string_view kScoped =
    R"({"names": ["mount"], "action": "SCMP_ACT_ALLOW",
        "includes": {"caps": ["CAP_SYS_ADMIN"]}},
       {"names": ["chroot"], "action": "SCMP_ACT_ALLOW",
        "includes": {"caps": ["CAP_SYS_CHROOT"]}},
       {"names": ["dup"], "action": "SCMP_ACT_ALLOW",
        "excludes": {"caps": ["CAP_SYS_ADMIN"]}},
       {"names": ["dup2"], "action": "SCMP_ACT_ALLOW",
        "includes": {"minKernel": "4.8"}},
       {"names": ["dup3"], "action": "SCMP_ACT_ALLOW",
        "excludes": {"minKernel": "4.8"}},
       {"names": ["pipe"], "action": "SCMP_ACT_ALLOW",
        "includes": {"arches": ["s390x"]}},
       {"names": ["pipe2"], "action": "SCMP_ACT_ALLOW",
        "excludes": {"arches": ["amd64"]}})";

TEST(OciImport, ResolvesDockersScopesForDockersDefaultContainer) {
  const ImportedPolicy imported = Import(Profile(kScoped));
  const Policy policy = LoadText(imported.text);
  EXPECT_EQ(Ask(policy, "mount"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "chroot"), "allow");
  EXPECT_EQ(Ask(policy, "dup"), "allow");
  EXPECT_EQ(Ask(policy, "dup2"), "allow");
  EXPECT_EQ(Ask(policy, "dup3"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "pipe"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "pipe2"), "errno EPERM");
  EXPECT_THAT(imported.differences, Contains(HasSubstr("resolved for")));
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("syscalls[0] is left out: it needs "
                                 "CAP_SYS_ADMIN (it names mount)")));
}

TEST(OciImport, ResolvesThemForAnotherContainer) {
  OciImportOptions options;
  options.capabilities = {"CAP_SYS_ADMIN"};
  options.kernel = KernelVersion{4, 7};
  const Policy policy = LoadText(Import(Profile(kScoped), options).text);
  EXPECT_EQ(Ask(policy, "mount"), "allow");
  EXPECT_EQ(Ask(policy, "chroot"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "dup"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "dup2"), "errno EPERM");
  EXPECT_EQ(Ask(policy, "dup3"), "allow");
}

TEST(OciImport, FullWidthsCompareAllBits) {
  OciImportOptions full;
  full.full_widths = true;
  const ImportedPolicy imported = Import(
      Profile(R"({"names": ["socket"], "action": "SCMP_ACT_ALLOW", "args": [
                  {"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]},
                 {"names": ["read"], "action": "SCMP_ACT_ALLOW", "args": [
                  {"index": 1, "value": 4096, "op": "SCMP_CMP_GE"}]},
                 {"names": ["getpid"], "action": "SCMP_ACT_ALLOW", "args": [
                  {"index": 5, "value": 255, "valueTwo": 3,
                   "op": "SCMP_CMP_MASKED_EQ"}]})"),
      full);
  const Policy policy = LoadText(imported.text);
  EXPECT_EQ(Ask(policy, "socket", {"1"}), "allow");
  EXPECT_EQ(Ask(policy, "socket", {"0x100000001"}), "errno EPERM");
  EXPECT_EQ(Ask(policy, "read", {"0", "4096"}), "allow");
  EXPECT_EQ(Ask(policy, "read", {"0", "4095"}), "errno EPERM");
  for (const std::string& difference : imported.differences)
    EXPECT_THAT(difference, Not(HasSubstr("compared")));
  EXPECT_THAT(imported.text, HasSubstr("widths full;"));
  EXPECT_THAT(imported.text, HasSubstr("getpid(argument5 & 0xff == 0x3)"));
}

const Policy* TargetOf(const ParsedPolicy& parsed, Architecture target) {
  return FindTarget(parsed, target);
}

constexpr std::string_view kBothArchitectures = R"({
    "defaultAction": "SCMP_ACT_ERRNO",
    "archMap": [
      {"architecture": "SCMP_ARCH_X86_64",
       "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]},
      {"architecture": "SCMP_ARCH_AARCH64",
       "subArchitectures": ["SCMP_ARCH_ARM"]},
      {"architecture": "SCMP_ARCH_S390X", "subArchitectures": null}],
    "syscalls": [
      {"names": ["open", "openat"], "action": "SCMP_ACT_ALLOW"},
      {"names": ["arch_prctl"], "action": "SCMP_ACT_ALLOW",
       "includes": {"arches": ["amd64", "x32"]}}%s]})";

std::string BothArchitectures(const std::string& more) {
  std::string text(kBothArchitectures);
  return text.replace(text.find("%s"), 2, more);
}

TEST(OciImport, TakesEveryArchitectureThatTheProfileHas) {
  const ImportedPolicy imported = Import(BothArchitectures(""));
  const ParsedPolicy parsed =
      LoadPolicy({"p.policy", imported.text}, LibraryLookup());
  const Policy* const arm = TargetOf(parsed, Architecture::kAarch64);
  const Policy* const intel = TargetOf(parsed, Architecture::kX8664);
  ASSERT_TRUE(arm != nullptr && intel != nullptr) << imported.text;
  EXPECT_EQ(Ask(*intel, "open"), "allow");
  EXPECT_EQ(Ask(*intel, "arch_prctl"), "allow");
  EXPECT_EQ(Ask(*arm, "openat"), "allow");
  EXPECT_EQ(Ask(*arm, "bind"), "errno EPERM");
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("SCMP_ARCH_ARM, SCMP_ARCH_X32, SCMP_ARCH_X86 "
                                 "are filtered under runc")));
  EXPECT_TRUE(imported.diagnostics.empty());
}

TEST(OciImport, TakesOneArchitectureWhereTheyDiffer) {
  const std::string text = BothArchitectures(
      R"(,{"names": ["mount"], "action": "SCMP_ACT_ALLOW",
           "includes": {"arches": ["arm64"]}})");
  const ImportedPolicy imported = Import(text);
  EXPECT_EQ(Ask(LoadText(imported.text), "mount"), "errno EPERM");
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("on aarch64 the profile says otherwise of "
                                 "mount")));
  OciImportOptions arm;
  arm.architectures = {Architecture::kAarch64};
  const Policy policy = LoadText(Import(text, arm).text);
  EXPECT_EQ(policy.architecture, Architecture::kAarch64);
  EXPECT_EQ(Ask(policy, "mount"), "allow");
  arm.architectures.push_back(Architecture::kX8664);
  EXPECT_FALSE(ImportOciProfile(text, "p.json", arm).ok());
}

TEST(OciImport, AFlagThatRuncDoesNotKnowIsAnError) {
  EXPECT_FALSE(ImportOciProfile(R"({"defaultAction": "SCMP_ACT_ALLOW",
                                    "flags": ["SECCOMP_FILTER_FLAG_NEW"]})",
                                "p.json", {})
                   .ok());
}

TEST(OciImport, SaysThatNoSupervisorIsAsked) {
  const ImportedPolicy imported = Import(R"({"defaultAction": "SCMP_ACT_ALLOW",
      "listenerPath": "/run/supervisor", "listenerMetadata": "x"})");
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("the supervisor at /run/supervisor")));
}

TEST(OciImport, RefusesWhatRuncRefusesAndBadNames) {
  EXPECT_FALSE(
      ImportOciProfile(Profile("", "SCMP_ACT_NOTIFY"), "p.json", {}).ok());
  OciImportOptions named;
  named.name = "a; allow";
  EXPECT_FALSE(ImportOciProfile(Profile(kAllowRead), "p.json", named).ok());
}

// A name that rubs out the line, and one that writes another.
TEST(OciImport, ANameCannotHideADifference) {
  const ImportedPolicy imported = Import(Profile(
      R"({"names": ["a\u001b[2K", "b\ndiffers: nothing", "c\u009b2K"],
          "action": "SCMP_ACT_ALLOW"})"));
  EXPECT_THAT(imported.differences,
              Contains(HasSubstr("a?[2K, b?differs: nothing, c??2K")));
}

// The profile's name stands in a comment, which a line's end would end.
TEST(OciImport, ANameCannotWriteRules) {
  const auto imported = ImportOciProfile(
      Profile(kAllowRead), "x\npolicy y { otherwise allow; }\n", {});
  ASSERT_TRUE(imported.ok());
  EXPECT_EQ(Ask(LoadText(imported->text), "socket"), "errno EPERM");
}

}  // namespace
}  // namespace bailey::policy
