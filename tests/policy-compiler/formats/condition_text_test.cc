#include "policy-compiler/formats/condition_text.h"

#include <gtest/gtest.h>

#include "policy-compiler/verify/policy_diff.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

const Syscall& Socket() {
  return *SyscallTable::For(Architecture::kX8664).FindByName("socket");
}

// What is written back means the same for every call: Z3 says so.
class RoundTrip : public ::testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, MeansTheSame) {
  const Policy before = MustLoad("allow syscall " + std::string(GetParam()));
  const SyscallRule& rule = before.portions[0].syscalls.front();
  const Syscall& call =
      *SyscallTable::For(before.architecture).FindByNumber(rule.number);
  const auto text = ConditionText(call, rule.when);
  ASSERT_TRUE(text.has_value());
  const Policy after = MustLoad("allow syscall " + std::string(call.name) +
                                (text->empty() ? "" : "(" + *text + ")") + ";");
  const auto diff = DiffPolicies(before, after, {});
  ASSERT_TRUE(diff.ok());
  EXPECT_EQ(diff->relation(), Relation::kEqual) << *text;
  EXPECT_TRUE(diff->undecided.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Conditions, RoundTrip,
    ::testing::Values("read;", "socket(family == 1);", "socket(family == -1);",
                      "socket(family in {1..3, 7}, type & 0xf != 2);",
                      "socket(not (family < 3 or protocol >= -2));",
                      "socket(family & 0x80000000 == 0x80000000);",
                      "socket(family & 0xff < 0x10);", "read(buf != NULL);",
                      "mkdir(mode & 0777 <= 0700);",
                      "lseek(offset < -5 and whence == 2);",
                      "clone(flags & 0x7e020000 == 0 or not flags == 0x11);",
                      "personality(persona in {0, 8, 0xffffffff});",
                      "read(count > 0xffffffff, fd in {0..2});"));

TEST(ConditionText, IsEmptyForWhatAlwaysHolds) {
  EXPECT_EQ(ConditionText(Socket(), Condition{}), "");
}

TEST(ConditionText, SaysWhenTheLanguageCannotWriteIt) {
  Condition condition;
  condition.kind = Condition::Kind::kCompare;
  condition.comparison.argument = 5;  // socket has three
  EXPECT_EQ(ConditionText(Socket(), condition), std::nullopt);
  condition.comparison.argument = 0;
  condition.comparison.width_bits = 64;  // the kernel reads 32
  EXPECT_EQ(ConditionText(Socket(), condition), std::nullopt);
}

}  // namespace
}  // namespace bailey::policy
