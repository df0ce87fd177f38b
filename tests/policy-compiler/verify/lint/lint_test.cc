// Each kind of finding, where it is and where it is not.

#include "policy-compiler/verify/lint/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "common/findings/rules.h"
#include "common/json.h"
#include "policies/builtin_policies.h"
#include "policy-compiler/verify/policy_diff.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

LintResult LintOf(const Policy& policy) { return Lint({&policy}, {}); }

LintResult LintBody(std::string_view body) {
  return LintOf(MustLoad(body, FindBuiltinPolicy));
}

const LintFinding* Find(const LintResult& result, std::string_view rule) {
  const auto found = std::ranges::find_if(
      result.findings,
      [&](const LintFinding& one) { return one.finding.rule == rule; });
  return found == result.findings.end() ? nullptr : &*found;
}

std::vector<std::string> RulesFound(const LintResult& result) {
  std::vector<std::string> rules;
  for (const LintFinding& one : result.findings)
    rules.push_back(one.finding.rule +
                    (one.finding.subject.empty() ? "" : ":") +
                    one.finding.subject);
  return rules;
}

std::vector<std::string> Of(std::string_view body) {
  return RulesFound(LintBody(body));
}

struct Sample {
  std::string_view rule;
  const char* with;
  const char* without;
};

std::string SampleName(const testing::TestParamInfo<Sample>& info) {
  std::string name = std::to_string(info.index) + "_";
  for (const char c : info.param.rule) name += c == '-' ? '_' : c;
  return name;
}

class Findings : public testing::TestWithParam<Sample> {};

TEST_P(Findings, AreThere) {
  const Policy policy = MustLoad(GetParam().with, FindBuiltinPolicy);
  const LintResult result = LintOf(policy);
  const LintFinding* found = Find(result, GetParam().rule);
  ASSERT_NE(found, nullptr) << testing::PrintToString(RulesFound(result));
  EXPECT_THAT(result.doubts, IsEmpty());
  // What is shown was asked of the policy itself.
  for (const LintWitness& witness : found->witnesses)
    EXPECT_EQ(Judge(policy, witness.data, found->portion).action,
              witness.action);
}

TEST_P(Findings, AreNotThereWithoutACause) {
  const LintResult result = LintBody(GetParam().without);
  EXPECT_EQ(Find(result, GetParam().rule), nullptr) << RenderLintText(result);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Findings,
    testing::Values(
        Sample{kUnreachableRule,
               "allow syscall socket(family == 1 and family == 2);",
               "allow syscall socket(family == 1 and type == 2);"},
        Sample{kUnreachableRule,
               "allow syscall read, socket(type & 3 == 1, type & 7 == 6);",
               "allow syscall read, socket(type & 3 == 1, type & 7 == 5);"},
        Sample{kOverriddenRule,
               "allow syscall read; deny syscall read then errno EIO;",
               "allow syscall read; deny syscall read(fd == 0) then errno "
               "EIO;"},
        Sample{kOverriddenRule,
               "allow syscall socket(family == 2); deny syscall socket(family "
               "< 2) then errno EIO; deny syscall socket(family >= 2) then "
               "errno EACCES;",
               "allow syscall socket(family == 2); deny syscall socket(family "
               "< 2) then errno EIO; deny syscall socket(family > 2) then "
               "errno EACCES;"},
        // To take one from a group is what denials are for.
        Sample{kOverriddenRule,
               "group g { read, write } allow syscall group g; deny syscall "
               "read, write then errno EIO;",
               "group g { read, write } allow syscall group g; deny syscall "
               "read then errno EIO;"},
        Sample{kOverriddenRule,
               "group g { read, write } allow syscall @g; deny syscall read, "
               "write then errno EIO;",
               "group g { read, write } allow syscall @g; deny syscall read "
               "then errno EIO;"},
        Sample{kRedundantRule,
               "allow syscall read; allow syscall read(fd == 1);",
               "allow syscall read(fd == 2); allow syscall read(fd == 1);"},
        Sample{kRedundantRule, "use \"runtime/c\"; allow syscall getpid;",
               "use \"runtime/c\"; allow syscall getpgid;"},
        // In one portion it has an effect.
        Sample{kRedundantRule,
               "portion a untrusted { allow syscall read; } portion b "
               "untrusted { } allow syscall read;",
               "portion a untrusted { allow syscall read; } portion b "
               "untrusted { } allow syscall write;"},
        Sample{kLikeOtherwiseRule,
               "deny syscall ptrace then errno EPERM; otherwise errno EPERM;",
               "deny syscall ptrace then kill; otherwise errno EPERM;"},
        // It takes something from an allow.
        Sample{kLikeOtherwiseRule,
               "deny syscall dup then errno EPERM; otherwise errno EPERM;",
               "allow syscall dup(fildes != 3); deny syscall dup(fildes < 9) "
               "then errno EPERM; otherwise errno EPERM;"},
        Sample{kVoidComparisonRule,
               "allow syscall socket(family == 1, type & 0xf != 0x10);",
               "allow syscall socket(family == 1, type & 0x1f != 0x10);"},
        Sample{kVoidComparisonRule, "allow syscall getrandom(flags >= 0);",
               "allow syscall getrandom(flags in {0..3});"},
        Sample{kPointerConditionRule,
               "allow syscall rt_sigaction(act != NULL);",
               "allow syscall rt_sigaction(act == NULL);"},
        Sample{kPointerConditionRule,
               "allow syscall rt_sigaction; deny syscall rt_sigaction(act == "
               "NULL) then errno EPERM;",
               "allow syscall rt_sigaction; deny syscall rt_sigaction(act != "
               "NULL) then errno EPERM;"},
        Sample{kEscapedConditionRule,
               "allow syscall socket; deny syscall socket(type == SOCK_RAW) "
               "then errno EPERM;",
               "allow syscall socket; deny syscall socket(type & "
               "SOCK_TYPE_MASK == SOCK_RAW) then errno EPERM;"},
        // Another rule closes the gap, which the compiler's warning does not
        // see.
        Sample{kEscapedConditionRule, "allow syscall socket(type != SOCK_RAW);",
               "allow syscall socket(type != SOCK_RAW); deny syscall "
               "socket(type & SOCK_TYPE_MASK == SOCK_RAW) then errno EPERM;"},
        Sample{kEscapedConditionRule,
               "widths full; allow syscall socket; deny syscall socket(family "
               "== AF_PACKET) then errno EPERM;",
               "allow syscall socket; deny syscall socket(family == "
               "AF_PACKET) then errno EPERM;"},
        Sample{kWayAroundRule, "allow syscall io_uring_setup;",
               "allow syscall io_uring_setup; deny syscall io_uring_setup "
               "then errno ENOSYS;"},
        Sample{kWayAroundRule, "allow syscall clone;",
               "allow syscall clone(flags & CLONE_NEWUSER == 0);"},
        Sample{kWayAroundRule, "allow syscall ioctl;",
               "allow syscall ioctl(op in {TCGETS, FIONREAD});"},
        Sample{kWayAroundRule, "allow syscall unshare;",
               "allow syscall unshare(flags == CLONE_FILES);"},
        Sample{kWayAroundRule,
               "allow syscall openat(flags & O_ACCMODE == O_RDONLY), openat2;",
               "allow syscall openat, openat2;"},
        // Nothing is denied: there is nothing to go around.
        Sample{kWayAroundRule, "allow syscall ptrace; otherwise errno EPERM;",
               "allow syscall ptrace; otherwise allow;"},
        Sample{kOpenByDefaultRule,
               "deny syscall read then errno EIO; otherwise allow;",
               "deny syscall read then errno EIO; otherwise kill;"},
        Sample{kSameDeedRule,
               "deny syscall execve then errno EPERM; otherwise allow;",
               "deny syscall execve, execveat then errno EPERM; otherwise "
               "allow;"},
        // To answer ENOSYS is to ask for the other.
        Sample{kSameDeedRule,
               "allow syscall openat; deny syscall open then errno EPERM;",
               "allow syscall openat; deny syscall open then errno ENOSYS;"},
        Sample{kCredentialReachableRule,
               "credential k from env K; portion a trusted { uses k; } portion "
               "b untrusted { allow syscall process_vm_readv; }",
               "credential k from env K; portion a trusted { uses k; allow "
               "syscall process_vm_readv; } portion b untrusted { }"},
        Sample{kCredentialReachableRule,
               "credential k from env K; portion a trusted { uses k; } portion "
               "b untrusted { allow file read \"/proc/**\"; }",
               "credential k from env K; portion a trusted { uses k; } portion "
               "b untrusted { allow file read \"/proc/self/**\", "
               "\"/proc/meminfo\"; }"},
        Sample{kCredentialReachableRule,
               "credential k from file \"/run/secrets/k\"; portion a trusted "
               "{ uses k; } portion b untrusted { allow file read "
               "\"/var/run/**\"; }",
               "credential k from file \"/run/secrets/k\"; portion a trusted "
               "{ uses k; } portion b untrusted { allow file read "
               "\"/var/lib/**\"; }"},
        Sample{kCredentialReachableRule,
               "credential k from file \"/var/run/k\"; portion a trusted "
               "{ uses k; } portion b untrusted { allow file read "
               "\"/run/k\"; }",
               "credential k from file \"/var/run/k\"; portion a trusted "
               "{ uses k; } portion b untrusted { allow file read "
               "\"/run/l\"; }"},
        Sample{kSurprisingErrnoRule, "deny syscall read then errno EINTR;",
               "deny syscall read then errno EIO;"},
        Sample{kSurprisingErrnoRule, "deny syscall getpid then errno EPERM;",
               "deny syscall getpid then kill;"},
        Sample{kSurprisingErrnoRule, "deny syscall read then errno 512;",
               "deny syscall read then errno 133;"},
        Sample{kUnusedGroupRule, "group g { read } allow syscall write;",
               "group g { read } allow syscall group g;"}),
    SampleName);

TEST(LintTest, EveryKindHasASample) {
  std::set<std::string_view> sampled = {kBadSuppressionRule};
  for (const auto rule :
       {kUnreachableRule, kOverriddenRule, kRedundantRule, kLikeOtherwiseRule,
        kVoidComparisonRule, kPointerConditionRule, kEscapedConditionRule,
        kWayAroundRule, kOpenByDefaultRule, kSameDeedRule,
        kCredentialReachableRule, kSurprisingErrnoRule, kUnusedGroupRule})
    sampled.insert(rule);
  std::set<std::string_view> known;
  for (const FindingRule& rule : LintRules()) known.insert(rule.id);
  EXPECT_EQ(sampled, known);
}

TEST(LintTest, OfTwoAlikeTheLaterOneIsSuperfluous) {
  const LintResult result =
      LintBody("allow syscall read;\nallow syscall read, write;");
  ASSERT_THAT(RulesFound(result), ElementsAre("redundant-rule:read"));
  const LintFinding& found = result.findings[0];
  EXPECT_EQ(found.finding.sites[0].line, 3);
  EXPECT_THAT(found.finding.message,
              HasSubstr("`allow syscall read` (test.policy:2) says the same"));
  EXPECT_EQ(found.finding.level, FindingLevel::kNote);
  EXPECT_EQ(result.exit_code(), 0);
}

TEST(LintTest, ThoseTogetherResponsibleAreAllNamed) {
  const LintResult result = LintBody(
      "allow syscall read(fd < 5);\nallow syscall read(fd >= 5);\n"
      "allow syscall read(fd in {4, 5});");
  ASSERT_THAT(result.findings, SizeIs(1));
  EXPECT_THAT(result.findings[0].finding.message, HasSubstr("test.policy:2"));
  EXPECT_THAT(result.findings[0].finding.message, HasSubstr("test.policy:3"));
}

// The proof is worth something: without what is said to be without an effect
// the policy is the same.
TEST(LintTest, WithoutWhatIsInVainThePolicyIsTheSame) {
  constexpr std::string_view kBodies[] = {
      "allow syscall read; allow syscall read(fd == 1), read(fd == 2);",
      "allow syscall dup; deny syscall dup then kill; deny syscall dup then "
      "errno EIO;",
      "deny syscall ptrace then errno EPERM; allow syscall clone(flags & 1 == "
      "0); allow syscall clone(flags & 1 == 0, flags & 2 == 0); otherwise "
      "errno EPERM;",
      "use \"runtime/c\"; allow syscall read, mmap(prot == 1); deny syscall "
      "mmap(prot & 4 != 0, prot & 4 == 0) then kill;"};
  for (const std::string_view body : kBodies) {
    const Policy whole = MustLoad(body, FindBuiltinPolicy);
    Policy rest = whole;
    size_t removed = 0;
    for (const LintFinding& one : LintOf(whole).findings) {
      const std::string& rule = one.finding.rule;
      if (rule != kUnreachableRule && rule != kOverriddenRule &&
          rule != kRedundantRule && rule != kLikeOtherwiseRule)
        continue;
      const std::string& subject = one.finding.subject;
      const size_t mark = subject.find('#');
      const size_t ordinal =
          mark == std::string::npos ? 1 : std::stoul(subject.substr(mark + 1));
      const uint32_t number = SyscallTable::For(whole.architecture)
                                  .FindByName(subject.substr(0, mark))
                                  ->number;
      size_t seen = 0;
      for (const SyscallRule& entry : whole.portions[0].syscalls) {
        const RuleInfo info =
            DescribeRule(whole, whole.portions[0], entry.rule);
        if (info.column != one.finding.sites[0].column ||
            info.file != "test.policy" || entry.number != number ||
            ++seen != ordinal)
          continue;
        auto& rules = rest.portions[0].syscalls;
        const auto index = &entry - whole.portions[0].syscalls.data();
        rules[static_cast<size_t>(index)].number = ~uint32_t{0};
        ++removed;
      }
    }
    std::erase_if(rest.portions[0].syscalls, [](const SyscallRule& entry) {
      return entry.number == ~uint32_t{0};
    });
    EXPECT_GT(removed, 0u) << body;
    const auto diff = DiffPolicies(whole, rest, {});
    ASSERT_TRUE(diff.ok());
    EXPECT_EQ(diff->relation(), Relation::kEqual) << body << "\n"
                                                  << RenderDiffText(*diff, {});
  }
}

// A target that has the call more is another policy.
TEST(LintTest, WhatHasAnEffectForOneTargetIsNotInVain) {
  const ParsedPolicy parsed = LoadBody(
      "target linux x86_64, aarch64; allow syscall openat(flags & O_DIRECTORY "
      "!= 0); allow syscall openat(flags & 0x10000 != 0);");
  ASSERT_TRUE(parsed.policy) << RenderText(parsed.diagnostics);
  const LintResult both = Lint({&*parsed.policy, &parsed.other_targets[0]}, {});
  EXPECT_EQ(Find(both, kRedundantRule), nullptr);
  // On x86_64 alone the two are the same bit.
  EXPECT_NE(Find(LintOf(*parsed.policy), kRedundantRule), nullptr);
}

TEST(LintTest, AnEscapeShowsBothCalls) {
  const LintResult result = LintBody(
      "allow syscall socket; deny syscall socket(type == SOCK_RAW) then errno "
      "EPERM;");
  const LintFinding* found = Find(result, kEscapedConditionRule);
  ASSERT_NE(found, nullptr);
  ASSERT_THAT(found->witnesses, SizeIs(2));
  const uint64_t denied = found->witnesses[0].data.arguments[1];
  const uint64_t escaped = found->witnesses[1].data.arguments[1];
  EXPECT_EQ(ActionName(found->witnesses[0].action), "errno EPERM");
  EXPECT_EQ(ActionName(found->witnesses[1].action), "allow");
  EXPECT_EQ(escaped & denied, denied);
  EXPECT_NE(escaped, denied);
}

TEST(LintTest, AUserNamespaceIsShownByItsFlag) {
  const LintResult result = LintBody("allow syscall clone;");
  const LintFinding* found = Find(result, kWayAroundRule);
  ASSERT_NE(found, nullptr);
  EXPECT_NE(found->witnesses[0].data.arguments[0] & 0x10000000, 0u);
  EXPECT_EQ(result.exit_code(), 1);
}

// An author who allows the other call has seen it.
TEST(LintTest, ADeedThatARuleAllowsIsANote) {
  const LintResult result =
      LintBody("allow syscall openat; deny syscall open then errno EPERM;");
  const LintFinding* found = Find(result, kSameDeedRule);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->finding.level, FindingLevel::kNote);
}

TEST(LintTest, BuiltInLibrariesAreNotLookedAtByThemselves) {
  EXPECT_THAT(Of("use \"runtime/c\"; use \"runtime/cxx\"; use "
                 "\"network/groups\"; otherwise errno EPERM;"),
              IsEmpty());
}

TEST(LintTest, ManyRulesAreALotOfSmallQuestions) {
  std::string body;
  for (int i = 0; i < 300; ++i)
    body +=
        "allow syscall ioctl(fd == " + std::to_string(i) + ", op == TCGETS);\n";
  body += "allow syscall ioctl(fd == 7, op == TCGETS);";
  EXPECT_THAT(Of(body), ElementsAre("redundant-rule:ioctl"));
}

TEST(LintTest, DoubtIsNotClean) {
  LintResult result;
  EXPECT_EQ(result.exit_code(), 0);
  result.doubts.push_back({"a question", "timeout"});
  EXPECT_EQ(result.exit_code(), 3);
  EXPECT_THAT(RenderLintText(result), HasSubstr("undecided: a question"));
  LintFinding finding;
  finding.finding.level = FindingLevel::kWarning;
  finding.finding.sites.emplace_back();
  result.findings.push_back(finding);
  EXPECT_EQ(result.exit_code(), 1);
}

}  // namespace
}  // namespace bailey::policy
