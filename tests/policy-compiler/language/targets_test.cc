// A policy for several architectures: each name has that one's number, value
// and place, and what one lacks is told from what none has.

#include "policy-compiler/language/targets.h"

#include <fcntl.h>
#include <gmock/gmock.h>

#include "policy-compiler/language/diagnostic_sink.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Architecture kAarch64 = Architecture::kAarch64;
constexpr char kBoth[] = "target linux x86_64, aarch64; ";
constexpr char kArm[] = "target linux aarch64; ";

std::string AskOf(const ParsedPolicy& parsed, Architecture architecture,
                  std::string_view call,
                  const std::vector<std::string>& arguments = {}) {
  const Policy* policy = FindTarget(parsed, architecture);
  if (policy == nullptr) return "no such target";
  const auto data = ParseInvocation(architecture, call, arguments);
  if (!data.ok()) return data.error().message;
  return ActionName(Evaluate(architecture, policy->portions[0], *data).action);
}

std::string On(Architecture architecture, const std::string& body,
               std::string_view call,
               const std::vector<std::string>& arguments = {}) {
  return AskOf(LoadBody(kBoth + body), architecture, call, arguments);
}

TEST(TargetsTest, X8664IsTheDefault) {
  const ParsedPolicy parsed = LoadBody("allow syscall read;");
  ASSERT_TRUE(parsed.policy.has_value());
  EXPECT_EQ(parsed.policy->architecture, Architecture::kX8664);
  EXPECT_THAT(parsed.other_targets, IsEmpty());
  EXPECT_EQ(FindTarget(parsed, kAarch64), nullptr);
}

TEST(TargetsTest, X8664ComesFirstWhateverTheOrder) {
  const ParsedPolicy parsed =
      LoadBody("target linux aarch64, x86_64; allow syscall read;");
  ASSERT_TRUE(parsed.policy.has_value());
  EXPECT_EQ(parsed.policy->architecture, Architecture::kX8664);
  ASSERT_EQ(parsed.other_targets.size(), 1u);
  EXPECT_EQ(parsed.other_targets[0].architecture, kAarch64);
  EXPECT_EQ(parsed.other_targets[0].sha256, parsed.policy->sha256);
}

TEST(TargetsTest, OneTargetAloneNeedNotBeTheHosts) {
  const ParsedPolicy parsed =
      LoadBody(std::string(kArm) + "allow syscall read;");
  ASSERT_TRUE(parsed.policy.has_value());
  EXPECT_EQ(parsed.policy->architecture, kAarch64);
  EXPECT_EQ(AskOf(parsed, kAarch64, "read"), "allow");
  EXPECT_EQ(parsed.policy->portions[0].syscalls[0].number, 63u);
}

TEST(TargetsTest, ATargetStandsOnce) {
  EXPECT_THAT(ErrorsOf("target linux x86_64, x86_64;"),
              ElementsAre("the target `x86_64` stands twice"));
  EXPECT_THAT(ErrorsOf("target linux x86_64; target linux aarch64;"),
              ElementsAre("`target` stands twice"));
  EXPECT_THAT(ErrorsOf("target linux arm64;"),
              ElementsAre("unknown architecture `arm64`"));
}

TEST(TargetsTest, ConstantsHaveTheTargetsValues) {
  const std::string body =
      "allow syscall openat(flags & O_NOFOLLOW == O_NOFOLLOW); "
      "otherwise errno EPERM;";
  EXPECT_EQ(On(Architecture::kX8664, body, "openat", {"0", "0", "0x20000"}),
            "allow");
  EXPECT_EQ(On(Architecture::kX8664, body, "openat", {"0", "0", "0x8000"}),
            "errno EPERM");
  EXPECT_EQ(On(kAarch64, body, "openat", {"0", "0", "0x8000"}), "allow");
  EXPECT_EQ(On(kAarch64, body, "openat", {"0", "0", "0x20000"}), "errno EPERM");
  EXPECT_EQ(On(kAarch64, body, "openat", {"0", "0", "O_NOFOLLOW"}), "allow");
}

// aarch64 takes tls before child_tid.
TEST(TargetsTest, ArgumentsStandWhereTheTargetHasThem) {
  const std::string body =
      "allow syscall clone(child_tid == 0); otherwise errno EPERM;";
  const std::vector<std::string> fourth = {"0", "0", "0", "1", "0"};
  const std::vector<std::string> fifth = {"0", "0", "0", "0", "1"};
  EXPECT_EQ(On(Architecture::kX8664, body, "clone", fourth), "errno EPERM");
  EXPECT_EQ(On(Architecture::kX8664, body, "clone", fifth), "allow");
  EXPECT_EQ(On(kAarch64, body, "clone", fourth), "allow");
  EXPECT_EQ(On(kAarch64, body, "clone", fifth), "errno EPERM");
}

TEST(TargetsTest, ANameThatOneLacksIsAWarningAndLeftOut) {
  const std::string body =
      std::string(kBoth) + "allow syscall open, read; otherwise errno EPERM;";
  EXPECT_THAT(ErrorsOf(body), IsEmpty());
  EXPECT_THAT(WarningsOf(body),
              ElementsAre("the system call `open` does not exist on aarch64"));
  const ParsedPolicy parsed = LoadBody(body);
  EXPECT_EQ(AskOf(parsed, Architecture::kX8664, "open"), "allow");
  EXPECT_EQ(AskOf(parsed, kAarch64, "read"), "allow");
  // x86_64's number of open is another call's.
  EXPECT_EQ(AskOf(parsed, kAarch64, "2"), "errno EPERM");
}

TEST(TargetsTest, ANameThatAllLackIsAnError) {
  EXPECT_THAT(ErrorsOf(std::string(kArm) + "allow syscall open;"),
              ElementsAre("the system call `open` does not exist on aarch64"));
  EXPECT_THAT(ErrorsOf(std::string(kBoth) + "allow syscall opnat;"),
              ElementsAre("unknown system call `opnat`"));
}

// Leaving a condition out of a denial would allow more.
TEST(TargetsTest, AConstantThatOneLacksIsAnError) {
  EXPECT_THAT(ErrorsOf(std::string(kBoth) +
                       "deny syscall mmap(flags & MAP_32BIT != 0) then kill;"),
              ElementsAre("the constant `MAP_32BIT` does not exist on "
                          "aarch64"));
}

TEST(TargetsTest, AFindingOfAllTargetsIsShownOnce) {
  EXPECT_THAT(ErrorsOf(std::string(kBoth) + "allow syscall read(fdd == 1);"),
              ElementsAre("`read` has no argument `fdd`"));
  EXPECT_THAT(WarningsOf(std::string(kBoth) +
                         "allow syscall ptrace; otherwise errno EPERM;"),
              ElementsAre(HasSubstr("`ptrace` is a way around")));
}

// Tags in the top byte of addresses, which aarch64's memory calls clear.
TEST(TargetsTest, TaggedAddressesEscapeOnAarch64) {
  const std::string rule =
      "deny syscall munmap(addr == 0x1000) then kill; otherwise allow;";
  EXPECT_THAT(WarningsOf(kBoth + rule),
              ElementsAre(HasSubstr("`otherwise` allows"),
                          "aarch64 ignores the top byte of `addr` of `munmap`: "
                          "a caller escapes this denial by setting other "
                          "bits"));
  EXPECT_THAT(
      WarningsOf(std::string(kArm) +
                 "deny syscall munmap(addr & 0xffffffffffffff == 0x1000) then "
                 "kill; otherwise allow;"),
      ElementsAre(HasSubstr("`otherwise` allows")));
  EXPECT_THAT(WarningsOf(rule), ElementsAre(HasSubstr("`otherwise` allows")));
}

TEST(TargetsTest, AFindingOfOneTargetSaysSo) {
  EXPECT_THAT(WarningsOf(std::string(kBoth) +
                         "allow syscall openat(flags & O_DIRECTORY == 0x4000); "
                         "otherwise errno EPERM;"),
              ElementsAre("the condition is always false: the rule never "
                          "matches (on x86_64)"));
}

// However many there are, none is taken for a warning, and they stay bounded.
TEST(TargetsTest, MissingNamesAreBoundedLikeOtherErrors) {
  std::string rules;
  for (int i = 0; i < 300; ++i) rules += "allow syscall open, ptrace;\n";
  const std::vector<std::string> errors = ErrorsOf(kArm + rules);
  EXPECT_EQ(errors.size(), kMaxErrors + 1);
  EXPECT_THAT(ErrorsOf(kBoth + rules), IsEmpty());
}

// A library is for every architecture; a policy's own file is not.
TEST(TargetsTest, LibrariesNameWhatATargetLacks) {
  const auto library = [](std::string_view) {
    return std::optional<std::string>("policy l { allow syscall open, read; }");
  };
  const ParsedPolicy parsed = LoadBody(
      std::string(kArm) + "use \"l\"; otherwise errno EPERM;", library);
  EXPECT_THAT(parsed.diagnostics.all(), IsEmpty());
  EXPECT_EQ(AskOf(parsed, kAarch64, "read"), "allow");
}

TEST(TargetsTest, RulesHaveTheSameIndexOnAll) {
  const ParsedPolicy parsed =
      LoadBody(std::string(kBoth) + "allow syscall fork; allow syscall read;");
  const Policy* arm = FindTarget(parsed, kAarch64);
  ASSERT_NE(arm, nullptr);
  ASSERT_EQ(arm->rules.size(), parsed.policy->rules.size());
  EXPECT_EQ(arm->portions[0].syscalls[0].rule, kFirstUserRule + 1);
}

TEST(TargetsTest, FileRulesImplyTheCallsThatThereAre) {
  const std::string body =
      "allow file read \"/etc/**\"; allow file write \"/tmp/**\"; "
      "otherwise errno EPERM;";
  EXPECT_EQ(On(Architecture::kX8664, body, "open"), "allow");
  for (const char* call : {"openat", "newfstatat", "unlinkat", "renameat"})
    EXPECT_EQ(On(kAarch64, body, call), "allow") << call;
  EXPECT_EQ(On(kAarch64, body, "openat2"), "errno EPERM");
}

TEST(TargetsTest, TheFlagsOfImpliedOpensAreTheSame) {
  for (const Architecture architecture : kArchitectures) {
    const auto same = [&](const char* name, uint64_t value) {
      const auto data = ParseInvocation(architecture, "read", {{name}});
      ASSERT_TRUE(data.ok()) << name;
      EXPECT_EQ(data->arguments[0], value) << name;
    };
    same("O_ACCMODE", O_ACCMODE);
    same("O_WRONLY", O_WRONLY);
    same("O_RDWR", O_RDWR);
    same("O_CREAT", O_CREAT);
    same("O_TRUNC", O_TRUNC);
    same("O_TMPFILE & ~O_DIRECTORY", 0x400000);
  }
}

TEST(TargetsTest, Clone3FallsBackOnAll) {
  const std::string body =
      "allow syscall clone(flags & CLONE_NEWUSER == 0); otherwise kill;";
  for (const Architecture architecture : kArchitectures)
    EXPECT_EQ(On(architecture, body, "clone3"), "errno ENOSYS");
}

TEST(TargetsTest, OnlyX8664HasX32) {
  const std::string body = "allow syscall read; otherwise errno EPERM;";
  EXPECT_EQ(On(Architecture::kX8664, body, "0x40000000"), "kill_process");
  EXPECT_EQ(On(kAarch64, body, "0x40000000"), "errno ENOSYS");
  EXPECT_EQ(On(kAarch64, body, "-1"), "errno ENOSYS");
  EXPECT_EQ(On(kAarch64, body, "244"), "errno ENOSYS");
}

TEST(TargetsTest, TheOthersArchitectureIsForeign) {
  const ParsedPolicy parsed =
      LoadBody(std::string(kBoth) + "allow syscall read;");
  const Policy* arm = FindTarget(parsed, kAarch64);
  ASSERT_NE(arm, nullptr);
  const auto data = ParseInvocation(Architecture::kX8664, "read", {});
  EXPECT_EQ(Evaluate(kAarch64, arm->portions[0], *data),
            (Verdict{{ActionKind::kKillProcess}, kRuleForeignArchitecture}));
}

}  // namespace
}  // namespace bailey::policy
