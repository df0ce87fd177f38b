// The list "Semantics" of docs/policy-language.md, statement by statement.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "common/syscalls/syscall_table.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string> kOtherwise = {
    "allow", "log", "errno EPERM", "trap", "kill_thread", "kill_process"};

std::vector<uint32_t> UnknownNumbers() {
  const SyscallTable& table = SyscallTable::For(Architecture::kX8664);
  std::vector<uint32_t> numbers = {table.all().back().number + 1, 0x3fffffff,
                                   0x80000000, 0x80000001, 0xffffffff};
  for (uint32_t number = 0; number < table.all().back().number; ++number)
    if (table.FindByNumber(number) == nullptr) numbers.push_back(number);
  return numbers;
}

TEST(SemanticsTest, EveryPortionHasAFunctionOfItsOwn) {
  const Policy policy = MustLoad(
      "allow syscall read;"
      "portion a trusted { allow syscall write; }"
      "portion b untrusted { deny syscall read then errno EACCES; }"
      "otherwise errno EPERM;");
  EXPECT_EQ(Ask(policy, "read", {}, "a"), "allow");
  EXPECT_EQ(Ask(policy, "write", {}, "a"), "allow");
  EXPECT_EQ(Ask(policy, "read", {}, "b"), "errno EACCES");
  EXPECT_EQ(Ask(policy, "write", {}, "b"), "errno EPERM");
}

TEST(SemanticsTest, TheInstructionPointerDecidesNothing) {
  const Policy policy = MustLoad("allow syscall read;");
  for (const uint64_t pointer : {uint64_t{0}, uint64_t{1}, ~uint64_t{0}}) {
    SeccompData data = Call("read");
    data.instruction_pointer = pointer;
    EXPECT_EQ(ActionName(Judge(policy, data).action), "allow");
  }
}

TEST(SemanticsTest, DenyOverridesAllowInAnyOrder) {
  for (const char* text : {"allow syscall read; deny syscall read;",
                           "deny syscall read; allow syscall read;"}) {
    EXPECT_EQ(Ask(MustLoad(text), "read"), "kill_process") << text;
  }
}

TEST(SemanticsTest, TheStrongestActionWins) {
  const std::vector<std::string> rules = {"allow syscall read;",
                                          "allow syscall read then log;",
                                          "deny syscall read then errno EPERM;",
                                          "deny syscall read then trap;",
                                          "deny syscall read then kill_thread;",
                                          "deny syscall read then kill;"};
  const std::vector<std::string> names = {
      "allow", "log", "errno EPERM", "trap", "kill_thread", "kill_process"};
  for (size_t a = 0; a < rules.size(); ++a) {
    for (size_t b = 0; b < rules.size(); ++b) {
      const Policy policy = MustLoad(rules[a] + rules[b]);
      EXPECT_EQ(Ask(policy, "read"), names[std::max(a, b)]) << a << b;
    }
  }
}

TEST(SemanticsTest, OfEqualRulesTheFirstIsNamed) {
  const Policy policy = MustLoad(
      "allow syscall read(fd == 1); allow syscall read(fd < 5);"
      "allow syscall write;");
  EXPECT_EQ(Judge(policy, Call("read", {"1"})).rule, kFirstUserRule + 0u);
  EXPECT_EQ(Judge(policy, Call("read", {"2"})).rule, kFirstUserRule + 1u);
  EXPECT_EQ(Judge(policy, Call("write")).rule, kFirstUserRule + 2u);
}

TEST(SemanticsTest, WhatNothingMatchesGetsOtherwise) {
  for (const std::string& action : kOtherwise) {
    const Policy policy = MustLoad("otherwise " + action + ";");
    const Verdict verdict = Judge(policy, Call("read"));
    EXPECT_EQ(ActionName(verdict.action), action);
    EXPECT_EQ(verdict.rule, kRuleOtherwise);
  }
}

TEST(SemanticsTest, WithoutOtherwiseTheProcessIsKilled) {
  EXPECT_EQ(Ask(MustLoad(""), "read"), "kill_process");
}

TEST(SemanticsTest, ADenyWithoutThenTakesOtherwise) {
  for (const std::string& action : kOtherwise) {
    const std::string text = "deny syscall read; otherwise " + action + ";";
    if (action == "allow" || action == "log") {
      EXPECT_THAT(ErrorsOf(text), ElementsAre(HasSubstr("`deny` without")));
    } else {
      EXPECT_EQ(Ask(MustLoad(text), "read"), action);
      EXPECT_EQ(Judge(MustLoad(text), Call("read")).rule, kFirstUserRule);
    }
  }
}

TEST(SemanticsTest, AForeignArchitectureIsKilled) {
  const Policy policy = MustLoad("otherwise allow;");
  // AUDIT_ARCH_I386, AUDIT_ARCH_AARCH64, none.
  for (const uint32_t architecture : {0x40000003u, 0xc00000b7u, 0u}) {
    SeccompData data = Call("read");
    data.architecture = architecture;
    EXPECT_EQ(Judge(policy, data), (Verdict{{ActionKind::kKillProcess, 0},
                                            kRuleForeignArchitecture}));
  }
}

TEST(SemanticsTest, X32NumbersAreKilled) {
  const Policy policy = MustLoad("allow syscall read; otherwise allow;");
  for (const char* number : {"0x40000000", "0x40000001", "0x7fffffff"}) {
    EXPECT_EQ(Judge(policy, Call(number)),
              (Verdict{{ActionKind::kKillProcess, 0}, kRuleForeignAbi}));
  }
}

TEST(SemanticsTest, UnknownNumbersAnswerEnosysUnlessOtherwiseKills) {
  for (const std::string& action : kOtherwise) {
    const Policy policy = MustLoad("otherwise " + action + ";");
    const bool kills = action.starts_with("kill");
    for (const uint32_t number : UnknownNumbers()) {
      const Verdict verdict = Judge(policy, Call(std::to_string(number)));
      EXPECT_EQ(ActionName(verdict.action), kills ? action : "errno ENOSYS");
      EXPECT_EQ(verdict.rule, kRuleUnknownNumber) << number;
    }
  }
}

TEST(SemanticsTest, Clone3AnswersEnosysWhereClonesFlagsAreConstrained) {
  for (const std::string& action : kOtherwise) {
    const bool deny_only = action == "allow" || action == "log";
    const Policy policy = MustLoad(
        std::string(deny_only ? "deny syscall clone(flags & CLONE_NEWUSER != 0)"
                                " then errno EPERM;"
                              : "allow syscall clone(flags == 0);") +
        "otherwise " + action + ";");
    ASSERT_TRUE(policy.portions[0].clone_constrained) << action;
    EXPECT_EQ(Judge(policy, Call("clone3")),
              (Verdict{{ActionKind::kErrno, 38}, kRuleClone3Fallback}));
  }
}

TEST(SemanticsTest, Clone3IsAnyCallWhereCloneIsFree) {
  for (const char* text :
       {"allow syscall clone;", "", "deny syscall clone;",
        "allow syscall clone; allow syscall clone(flags == 0) then log;"}) {
    const Policy policy = MustLoad(std::string(text) + "otherwise trap;");
    EXPECT_FALSE(policy.portions[0].clone_constrained) << text;
    EXPECT_EQ(Ask(policy, "clone3"), "trap") << text;
  }
}

TEST(SemanticsTest, AnAuthorsDenialOfClone3Stays) {
  const Policy policy = MustLoad(
      "allow syscall clone(flags == 0); deny syscall clone3 then trap;");
  EXPECT_EQ(Ask(policy, "clone3"), "trap");
}

// Where a denial of clone3 has a condition, what it leaves over must not fall
// to an `otherwise` that allows.
TEST(SemanticsTest, AConditionalDenialOfClone3LeavesNoGap) {
  const Policy policy = MustLoad(
      "deny syscall clone(flags & CLONE_NEWUSER != 0) then errno EPERM;"
      "deny syscall clone3(size > 88) then errno E2BIG; otherwise allow;");
  EXPECT_EQ(Ask(policy, "clone3", {"0x1000", "96"}), "errno E2BIG");
  EXPECT_EQ(Ask(policy, "clone3", {"0x1000", "88"}), "errno ENOSYS");
}

TEST(SemanticsTest, AllowingClone3NextToLimitsOnCloneIsAnError) {
  EXPECT_THAT(
      ErrorsOf("allow syscall clone(flags == 0); allow syscall clone3;"),
      ElementsAre(HasSubstr("`clone3` is a way around")));
}

TEST(SemanticsTest, AnIntIsComparedInItsLow32Bits) {
  const Policy policy = MustLoad("allow syscall socket(domain == AF_UNIX);");
  EXPECT_EQ(Ask(policy, "socket", {"1"}), "allow");
  EXPECT_EQ(Ask(policy, "socket", {"0xdeadbeef00000001"}), "allow");
  EXPECT_EQ(Ask(policy, "socket", {"0x0000000100000002"}), "kill_process");
}

TEST(SemanticsTest, A64BitArgumentIsComparedWhole) {
  const Policy policy = MustLoad("allow syscall mmap(length == 1);");
  EXPECT_EQ(Ask(policy, "mmap", {"0", "1"}), "allow");
  EXPECT_EQ(Ask(policy, "mmap", {"0", "0x100000001"}), "kill_process");
}

TEST(SemanticsTest, SignedComparisonsAreSigned) {
  const Policy policy = MustLoad("allow syscall socket(domain < 3);");
  EXPECT_EQ(Ask(policy, "socket", {"-1"}), "allow");
  EXPECT_EQ(Ask(policy, "socket", {"0xffffffff"}), "allow");
  EXPECT_EQ(Ask(policy, "socket", {"3"}), "kill_process");
  const Policy unsigned_policy = MustLoad("allow syscall read(fd < 3);");
  EXPECT_EQ(Ask(unsigned_policy, "read", {"2"}), "allow");
  EXPECT_EQ(Ask(unsigned_policy, "read", {"-1"}), "kill_process");
}

TEST(SemanticsTest, ArgumentsHaveTheKernelsNamesToo) {
  for (const char* text : {"allow syscall socket(family == 2);",
                           "allow syscall socket(domain == 2);"})
    EXPECT_EQ(Ask(MustLoad(text), "socket", {"AF_INET"}), "allow") << text;
}

TEST(SemanticsTest, TwoErrnosForOneInputAreAnError) {
  EXPECT_THAT(ErrorsOf("deny syscall read then errno EPERM;"
                       "deny syscall read then errno EACCES;"),
              ElementsAre(HasSubstr("one call gets two errors")));
  EXPECT_THAT(ErrorsOf("deny syscall read(fd == 1) then errno EPERM;"
                       "deny syscall read(fd == 0x1) then errno EACCES;"),
              ElementsAre(HasSubstr("one call gets two errors")));
}

TEST(SemanticsTest, OneErrnoTwiceOrAStrongerDenialIsNoError) {
  EXPECT_THAT(ErrorsOf("deny syscall read then errno EPERM;"
                       "deny syscall read then errno 1;"),
              ElementsAre());
  EXPECT_THAT(ErrorsOf("deny syscall read then errno EPERM;"
                       "deny syscall read then errno EACCES;"
                       "deny syscall read then kill;"),
              ElementsAre());
}

TEST(SemanticsTest, WaysAroundOtherRulesAreWarnedOf) {
  EXPECT_THAT(WarningsOf("allow syscall io_uring_setup, ptrace;"),
              ElementsAre(HasSubstr("`io_uring_setup` is a way around"),
                          HasSubstr("`ptrace` is a way around")));
  EXPECT_THAT(WarningsOf("allow file read \"/a\"; allow syscall openat2;"),
              ElementsAre(HasSubstr("`openat2` is a way around")));
  EXPECT_THAT(WarningsOf("otherwise allow; allow syscall ptrace;"),
              ElementsAre());
}

TEST(SemanticsTest, AnUnconditionalCloneMakesUserNamespaces) {
  EXPECT_THAT(WarningsOf("allow syscall clone;"),
              ElementsAre(HasSubstr("`clone` is a way around")));
  EXPECT_THAT(WarningsOf("allow syscall clone(flags & CLONE_NEWUSER == 0);"),
              ElementsAre());
  EXPECT_THAT(WarningsOf("allow syscall clone;"
                         "deny syscall clone(flags & CLONE_NEWUSER != 0);"),
              ElementsAre());
}

TEST(SemanticsTest, ADenyListNamesWhatItLeavesOpen) {
  const auto warnings =
      WarningsOf("otherwise allow; deny syscall openat, clone then trap;");
  EXPECT_THAT(warnings, Contains(HasSubstr("`openat2` does what `openat`")));
  EXPECT_THAT(warnings, Contains(HasSubstr("`clone3` does what `clone` does")));
  EXPECT_THAT(warnings, Contains(AllOf(HasSubstr("goes around denials"),
                                       HasSubstr("`io_uring_setup`"))));
}

TEST(SemanticsTest, ADenyListThatNamesEachIsNotWarnedOfThem) {
  const auto warnings = WarningsOf(
      "otherwise allow; deny syscall clone(flags & CLONE_NEWUSER != 0), fork, "
      "vfork then trap; deny syscall execve, execveat then trap;");
  EXPECT_THAT(warnings, Not(Contains(HasSubstr("does what"))));
}

TEST(SemanticsTest, EveryRuleOfAVerdictCanBeDescribed) {
  const Policy policy =
      MustLoad("allow syscall  read , # why\n write;\notherwise errno EPERM;");
  const PortionPolicy& main = policy.portions[0];
  const auto text = [&](uint32_t rule) {
    return DescribeRule(policy, main, rule).text;
  };
  EXPECT_EQ(text(kRuleOtherwise), "otherwise errno EPERM");
  EXPECT_THAT(text(kRuleForeignArchitecture), HasSubstr("kill_process"));
  EXPECT_THAT(text(kRuleForeignAbi), HasSubstr("x32"));
  EXPECT_THAT(text(kRuleUnknownNumber), HasSubstr("ENOSYS"));
  EXPECT_THAT(text(kRuleClone3Fallback), HasSubstr("clone3"));
  const RuleInfo rule = DescribeRule(policy, main, kFirstUserRule);
  EXPECT_EQ(rule.text, "allow syscall read , write");
  EXPECT_EQ(rule.line, 2);
  EXPECT_EQ(rule.column, 1);
}

}  // namespace
}  // namespace bailey::policy
