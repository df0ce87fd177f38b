// Groups: a rule with one means what it would with the members written out.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kMembers =
    "read, ioctl(op == TCGETS), ioctl(op in {FIONREAD, FIONBIO}), write";

// What a rule is, apart from the words in which it is written.
std::string Meaning(const Policy& policy) {
  std::string out;
  for (const SyscallRule& rule : policy.portions[0].syscalls) {
    out += std::to_string(rule.number) + " " + ActionName(rule.action) + " " +
           std::to_string(rule.rule) + " " +
           std::to_string(rule.when.operands.size()) + " " +
           std::to_string(rule.when.comparison.value) + "\n";
  }
  return out;
}

TEST(GroupsTest, AGroupIsItsMembers) {
  const std::string members(kMembers);
  for (const char* action : {"", " then log", " then errno EACCES"}) {
    const std::string verb =
        std::string(action).ends_with("EACCES") ? "deny" : "allow";
    const Policy written =
        MustLoad(verb + " syscall close, " + members + ", dup" + action + ";");
    const Policy grouped =
        MustLoad("group g { " + members + " }\n" + verb +
                 " syscall close, group g, dup" + action + ";");
    EXPECT_EQ(Meaning(written), Meaning(grouped)) << action;
    EXPECT_EQ(grouped.rules.size(), 1u);
  }
}

TEST(GroupsTest, ADenialOfAGroupTakesItsAction) {
  const Policy policy = MustLoad(
      "group danger { ptrace, bpf }\n"
      "deny syscall group danger then kill;\nallow syscall ptrace;\n"
      "otherwise errno EPERM;");
  EXPECT_EQ(Ask(policy, "ptrace"), "kill_process");
  EXPECT_EQ(Judge(policy, Call("bpf")).rule, kFirstUserRule);
}

TEST(GroupsTest, GroupsInGroupsAndInPortions) {
  const Policy policy = MustLoad(
      "group all { group io, close, }\n"  // the comma at the end is optional
      "group io { read, write };\n"
      "portion a untrusted { allow syscall group all; }\n"
      "portion b untrusted { allow syscall group io; }");
  EXPECT_EQ(Ask(policy, "close", {}, "a"), "allow");
  EXPECT_EQ(Ask(policy, "write", {}, "a"), "allow");
  EXPECT_EQ(Ask(policy, "write", {}, "b"), "allow");
  EXPECT_EQ(Ask(policy, "close", {}, "b"), "kill_process");
}

TEST(GroupsTest, CyclesAreErrors) {
  EXPECT_THAT(ErrorsOf("group a { group a, read } allow syscall group a;"),
              ElementsAre(HasSubstr("the group `a` contains itself")));
  EXPECT_THAT(ErrorsOf("group a { group b }\ngroup b { group c }\n"
                       "group c { group a, read }\nallow syscall group b;"),
              ElementsAre(HasSubstr("contains itself")));
}

TEST(GroupsTest, DepthIsBounded) {
  std::string body = "group g0 { read }\n";
  for (int i = 1; i < 40; ++i)
    body += "group g" + std::to_string(i) + " { group g" +
            std::to_string(i - 1) + " }\n";
  EXPECT_THAT(ErrorsOf(body + "allow syscall group g39;").front(),
              HasSubstr("nests more than 16 levels deep"));
}

// 2^15 members, and without a bound on what is looked at, 2^15 steps a rule.
TEST(GroupsTest, GroupsThatDoubleAreBounded) {
  std::string body = "group g0 { read }\n";
  for (int i = 1; i < 16; ++i) {
    const std::string inner = "group g" + std::to_string(i - 1);
    body +=
        "group g" + std::to_string(i) + " { " + inner + ", " + inner + " }\n";
  }
  for (int i = 0; i < 4'000; ++i) body += "allow syscall group g15;\n";
  EXPECT_THAT(ErrorsOf(body),
              ElementsAre("the policy has more than 10000 system calls in "
                          "rules"));
}

TEST(GroupsTest, LargeConditionsInGroupsAreBounded) {
  std::string condition = "fd == 1";
  for (int i = 0; i < 10'000; ++i) condition += " or fd == 1";
  std::string body = "group g { read(" + condition + ") }\n";
  for (int i = 0; i < 4'000; ++i) body += "allow syscall group g;\n";
  EXPECT_THAT(ErrorsOf(body),
              ElementsAre("the policy has more than 200000 parts of "
                          "conditions"));
}

// `@a-b` is `group a_b`, in rules and in groups.
TEST(GroupsTest, TheSigilNamesAGroup) {
  const Policy policy = MustLoad(
      "group std_io { read, write } group all { @std-io, close }"
      "allow syscall @all, dup; deny syscall @std_io then errno EACCES;"
      "otherwise errno EPERM;");
  EXPECT_EQ(Ask(policy, "close"), "allow");
  EXPECT_EQ(Ask(policy, "dup"), "allow");
  EXPECT_EQ(Ask(policy, "read"), "errno EACCES");
  EXPECT_EQ(Ask(policy, "fsync"), "errno EPERM");
  EXPECT_THAT(ErrorsOf("allow syscall @no-such;"),
              ElementsAre("unknown group `no_such`"));
  EXPECT_THAT(ErrorsOf("group @a { read }"), ElementsAre(HasSubstr("name")));
  EXPECT_THAT(ErrorsOf("allow syscall read(@a == 1);"),
              ElementsAre(HasSubstr("the name of an argument")));
}

TEST(GroupsTest, UnknownGroups) {
  const ParsedPolicy parsed = LoadBody(
      "group stdio { read }\nallow syscall group stdoi;\n"
      "allow syscall group read, group stdio;\nallow syscall @stdio;\n"
      "allow syscall group stdio(fd == 1);");
  EXPECT_THAT(Messages(parsed.diagnostics, Severity::kError),
              ElementsAre("unknown group `stdoi`", "unknown group `read`",
                          HasSubstr("found `(`")));
  EXPECT_EQ(parsed.diagnostics.all()[0].hint, "did you mean `stdio`?");
  EXPECT_EQ(parsed.diagnostics.all()[1].hint,
            "it is a system call: leave out `group`");
}

TEST(GroupsTest, WrongMembersAreErrorsInTheGroupOnce) {
  EXPECT_THAT(
      ErrorsOf("group g { raed, read(fo == 1) }\n"
               "allow syscall group g; allow syscall group g;"),
      ElementsAre("unknown system call `raed`", "`read` has no argument `fo`"));
  EXPECT_THAT(
      ErrorsOf("group g { }\nallow syscall raed;"),
      ElementsAre(HasSubstr("found `}`"), "unknown system call `raed`"));
  EXPECT_THAT(
      ErrorsOf("group g { read write }\nallow syscall raed;"),
      ElementsAre(HasSubstr("expected `}`"), "unknown system call `raed`"));
  EXPECT_THAT(
      ErrorsOf("group g { read,\n  group h $ }\nallow syscall raed;"),
      ElementsAre(HasSubstr("expected `}`"), "unknown system call `raed`"));
  EXPECT_THAT(
      ErrorsOf("group { read; }\nallow syscall raed;"),
      ElementsAre(HasSubstr("the group's name"), "unknown system call `raed`"));
  EXPECT_THAT(ErrorsOf("group g { read } group g { write }"),
              ElementsAre("the group `g` is declared twice"));
  EXPECT_THAT(ErrorsOf("portion p trusted { group g { read } }"),
              ElementsAre(HasSubstr("belongs to the policy")));
}

std::optional<std::string> Library(std::string_view name) {
  if (name == "a") return "policy a { use \"deep\"; group io { read } }";
  if (name == "b") return "policy b { group io { write } group b { dup } }";
  if (name == "deep") return "policy d { group deep { close } }";
  if (name == "needy") return "policy n { allow syscall group mine; }";
  return std::nullopt;
}

TEST(GroupsTest, ATextSeesTheGroupsOfWhatItUses) {
  const Policy policy =
      MustLoad("allow syscall group io, group deep; use \"a\";", Library);
  EXPECT_EQ(Ask(policy, "read"), "allow");
  EXPECT_EQ(Ask(policy, "close"), "allow");
}

TEST(GroupsTest, ItsOwnGoesBeforeThose) {
  const Policy policy = MustLoad(
      "use \"a\"; use \"b\"; group io { lseek } allow syscall group io;",
      Library);
  EXPECT_EQ(Ask(policy, "lseek"), "allow");
  EXPECT_EQ(Ask(policy, "read"), "kill_process");
}

TEST(GroupsTest, TwoOfANameInWhatIsUsedAreAnError) {
  EXPECT_THAT(
      ErrorsOf("use \"a\"; use \"b\"; allow syscall group io;", Library),
      ElementsAre("the group `io` is in `b` and in `a`"));
  EXPECT_THAT(ErrorsOf("use \"a\"; use \"b\"; allow syscall group b;", Library),
              IsEmpty());
}

// What a library means does not depend on who uses it.
TEST(GroupsTest, ALibraryDoesNotSeeItsUsersGroups) {
  EXPECT_THAT(ErrorsOf("use \"needy\"; group mine { read }\n"
                       "allow syscall group mine;",
                       Library),
              ElementsAre("unknown group `mine`"));
}

TEST(GroupsTest, AnUnusedGroupIsAWarningInTheAuthorsText) {
  EXPECT_THAT(WarningsOf("group g { read } allow syscall write;"),
              ElementsAre("no rule uses the group `g`"));
  EXPECT_THAT(WarningsOf("group g { read }"), IsEmpty());
  EXPECT_THAT(WarningsOf("group g { read } allow syscall group g;"), IsEmpty());
  EXPECT_THAT(
      Messages(LoadBody("use \"b\"; allow syscall read;", Library).diagnostics,
               Severity::kWarning),
      IsEmpty());
}

TEST(GroupsTest, AWarningAboutAMemberIsShownOnce) {
  EXPECT_THAT(WarningsOf("group g { socket(type == SOCK_RAW) }\n"
                         "deny syscall group g then kill;\n"
                         "deny syscall group g then errno EPERM;\n"
                         "otherwise errno EPERM;"),
              testing::SizeIs(1));
}

}  // namespace
}  // namespace bailey::policy
