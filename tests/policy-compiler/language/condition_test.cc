// Argument expressions: what they mean, and what is refused in them.

#include "policy-compiler/language/condition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Which of the values of socket's first argument an expression lets pass.
std::vector<int> Domains(const std::string& expression) {
  const Policy policy = MustLoad("allow syscall socket(" + expression + ");");
  std::vector<int> passed;
  for (int domain = -2; domain <= 8; ++domain) {
    const SeccompData call = Call("socket", {std::to_string(domain), "5"});
    if (Judge(policy, call).action.kind == ActionKind::kAllow)
      passed.push_back(domain);
  }
  return passed;
}

TEST(ConditionTest, Comparisons) {
  EXPECT_THAT(Domains("domain == 3"), ElementsAre(3));
  EXPECT_THAT(Domains("domain < 0"), ElementsAre(-2, -1));
  EXPECT_THAT(Domains("domain <= 0"), ElementsAre(-2, -1, 0));
  EXPECT_THAT(Domains("domain > 7"), ElementsAre(8));
  EXPECT_THAT(Domains("domain >= 7"), ElementsAre(7, 8));
  EXPECT_THAT(Domains("domain != 3 and domain > 1 and domain < 5"),
              ElementsAre(2, 4));
}

TEST(ConditionTest, SetsAndRanges) {
  EXPECT_THAT(Domains("domain in {1, 4..6, -2}"), ElementsAre(-2, 1, 4, 5, 6));
  EXPECT_THAT(Domains("domain in {-1..1}"), ElementsAre(-1, 0, 1));
  EXPECT_THAT(Domains("not domain in {-2..7}"), ElementsAre(8));
}

TEST(ConditionTest, Masks) {
  EXPECT_THAT(Domains("domain & 3 == 1"), ElementsAre(1, 5));
  EXPECT_THAT(Domains("(domain & 3) == 1"), ElementsAre(1, 5));
  EXPECT_THAT(Domains("((domain) & (1 | 2)) == 1"), ElementsAre(1, 5));
  EXPECT_THAT(Domains("domain & 7 & 3 == 1"), ElementsAre(1, 5));
  EXPECT_THAT(Domains("domain & ~1 == 4"), ElementsAre(4, 5));
  EXPECT_THAT(Domains("domain & 0x80000000 != 0"), ElementsAre(-2, -1));
  EXPECT_THAT(Domains("domain & 6 in {2, 6}"), ElementsAre(-2, -1, 2, 3, 6, 7));
}

TEST(ConditionTest, AndBindsCloserThanOrAndNotCloserThanAnd) {
  EXPECT_THAT(Domains("domain == 1 or domain == 2 and type == 9"),
              ElementsAre(1));
  EXPECT_THAT(Domains("(domain == 1 or domain == 2) and type == 9"), IsEmpty());
  EXPECT_THAT(Domains("not domain < 7 and type == 5"), ElementsAre(7, 8));
  EXPECT_THAT(Domains("not (domain < 7 or type == 9)"), ElementsAre(7, 8));
}

TEST(ConditionTest, SymbolsMeanWhatTheWordsDo) {
  EXPECT_THAT(Domains("domain == 1 || domain == 2 && type == 9"),
              ElementsAre(1));
  EXPECT_THAT(Domains("(domain == 1 || domain == 2) && type == 9"), IsEmpty());
  EXPECT_THAT(Domains("!(domain < 7 || type == 9)"), ElementsAre(7, 8));
  EXPECT_THAT(Domains("!domain < 7 and type == 5"), ElementsAre(7, 8));
  EXPECT_THAT(Domains("!!domain == 3 or not !domain == 4"), ElementsAre(3, 4));
}

TEST(ConditionTest, ARangeEndsWhereItBeginsOrLater) {
  for (const char* empty : {"domain in {3..2}", "domain & 7 in {3..2}",
                            "domain in {1, 0..-1}", "domain not in {3..2}"})
    EXPECT_THAT(ErrorsOf("allow syscall socket(" + std::string(empty) + ");"),
                ElementsAre("the range is empty"))
        << empty;
  EXPECT_THAT(Domains("domain & 3 in {2..2}"), ElementsAre(-2, 2, 6));
}

TEST(ConditionTest, NotIn) {
  EXPECT_THAT(Domains("domain not in {-2..6, 8}"), ElementsAre(7));
  EXPECT_THAT(Domains("not domain not in {7}"), ElementsAre(7));
  EXPECT_THAT(Domains("domain & 1 not in {0} and domain > 4"),
              ElementsAre(5, 7));
  EXPECT_THAT(ErrorsOf("allow syscall socket(domain not 1);"),
              ElementsAre(HasSubstr("`not in`")));
  EXPECT_THAT(ErrorsOf("allow syscall open(pathname not in {NULL});"),
              ElementsAre(HasSubstr("is a pointer")));
}

TEST(ConditionTest, ACommaBetweenArgumentsMeansAnd) {
  EXPECT_THAT(Domains("domain in {1, 2} or domain == 4, type == 5"),
              ElementsAre(1, 2, 4));
  EXPECT_THAT(Domains("domain == 1, type == 4"), IsEmpty());
}

TEST(ConditionTest, ANegativeConstantFitsOnlySignedArguments) {
  EXPECT_THAT(Domains("domain == -1"), ElementsAre(-1));
  EXPECT_THAT(ErrorsOf("allow syscall read(fd == -1);"),
              ElementsAre(HasSubstr("-1 does not fit the argument `fd` "
                                    "(32 bits, unsigned)")));
  EXPECT_THAT(ErrorsOf("allow syscall openat(dirfd == AT_FDCWD);"), IsEmpty());
}

TEST(ConditionTest, AComplementIsAPatternOfBits) {
  const Policy policy = MustLoad("allow syscall read(fd == ~0);");
  EXPECT_EQ(Ask(policy, "read", {"0xffffffff"}), "allow");
  EXPECT_EQ(Ask(policy, "read", {"0"}), "kill_process");
}

TEST(ConditionTest, WhatDoesNotFitIsAnErrorAndNotCut) {
  for (const char* value : {"0x80000000", "0x100000000", "-0x80000001",
                            "1 << 31", "~0xfffffffff"}) {
    EXPECT_THAT(
        ErrorsOf("allow syscall socket(type == " + std::string(value) + ");"),
        ElementsAre(HasSubstr("does not fit the argument `type`")))
        << value;
  }
  EXPECT_THAT(ErrorsOf("allow syscall mkdir(mode == 0x10000);"),
              ElementsAre(HasSubstr("(16 bits, unsigned)")));
}

TEST(ConditionTest, APointerIsComparedWithNullAlone) {
  const Policy policy = MustLoad(
      "allow syscall prlimit64(new_limit == 0);"
      "allow syscall futex(timeout != NULL);");
  EXPECT_EQ(Ask(policy, "prlimit64", {"0", "0", "0"}), "allow");
  EXPECT_EQ(Ask(policy, "prlimit64", {"0", "0", "0x100000000"}),
            "kill_process");
  EXPECT_EQ(Ask(policy, "futex", {"0", "0", "0", "0x100000000"}), "allow");
  for (const char* test : {"pathname == 1", "pathname < NULL",
                           "pathname in {0}", "pathname & 1 == 0"}) {
    EXPECT_THAT(ErrorsOf("allow syscall openat(" + std::string(test) + ");"),
                ElementsAre(HasSubstr("is a pointer")))
        << test;
  }
}

TEST(ConditionTest, AnAlwaysFalseConditionIsAWarning) {
  for (const char* test :
       {"type & 1 == 2", "type < -0x80000000", "type == 1 and type == 2",
        "type > 5 and type < 3", "type == 4 and type & 4 == 0",
        "not type >= -0x80000000", "type < 0 and type == 7 or type & 0 == 1"}) {
    EXPECT_THAT(WarningsOf("allow syscall socket(" + std::string(test) + ");"),
                ElementsAre(HasSubstr("always false")))
        << test;
  }
}

TEST(ConditionTest, ASatisfiableConditionIsNoWarning) {
  for (const char* test :
       {"type & 3 == 2", "type == 1 or type == 2", "type > 3 and type < 5",
        "type == 4 and type & 4 == 4", "type < 0", "not type > 0",
        "type == -1 and type < 0", "domain == 1 and type == 2"}) {
    EXPECT_THAT(WarningsOf("allow syscall socket(" + std::string(test) + ");"),
                IsEmpty())
        << test;
  }
}

TEST(ConditionTest, AnArgumentAloneIsNoComparison) {
  for (const char* test :
       {"type", "(type)", "not (type)", "(type == 1 and domain)", "(not type)",
        "((type)) and domain == 1"}) {
    EXPECT_EQ(
        ErrorsOf("allow syscall socket(" + std::string(test) + ");").size(), 1u)
        << test;
  }
}

}  // namespace
}  // namespace bailey::policy
