// How many calls a diff says are newly allowed and denied.

#include "policy-compiler/verify/call_classes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/json.h"
#include "policy-compiler/verify/policy_diff.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::HasSubstr;
using testing::Not;

PolicyDiff DiffBodies(std::string_view before, std::string_view after) {
  const auto diff = DiffPolicies(MustLoad(before), MustLoad(after), {});
  EXPECT_TRUE(diff.ok());
  return diff.ok() ? *diff : PolicyDiff{};
}

void Expect(const PermissionChange& change, size_t entirely, size_t in_part,
            size_t classes) {
  EXPECT_EQ(change.entirely, entirely);
  EXPECT_EQ(change.in_part, in_part);
  EXPECT_EQ(change.classes, classes);
}

TEST(CallClassesTest, SystemCallsEntirelyAndInPart) {
  const CallChanges changes =
      DiffBodies("allow syscall read, dup; allow syscall write(fd == 1);",
                 "allow syscall dup, close; allow syscall write(fd in "
                 "{1, 2}), socket(family == 1), socket(family == 2);")
          .changes;
  // close; write to 2 by its one rule, socket by two.
  Expect(changes.allowed, 1, 2, 4);
  Expect(changes.denied, 1, 0, 1);
  EXPECT_FALSE(changes.at_least);
}

// It was allowed in part before: the rest is not all of it.
TEST(CallClassesTest, TheRestIsAPart) {
  Expect(DiffBodies("allow syscall write(fd == 1);", "allow syscall write;")
             .changes.allowed,
         0, 1, 1);
}

TEST(CallClassesTest, AnswersThatPermitAlikeAreNoChange) {
  const CallChanges changes =
      DiffBodies("allow syscall read; otherwise errno EPERM;",
                 "allow syscall read then log; otherwise kill;")
          .changes;
  Expect(changes.allowed, 0, 0, 0);
  Expect(changes.denied, 0, 0, 0);
}

TEST(CallClassesTest, CallsThatNoRuleNamesCount) {
  const PermissionChange allowed =
      DiffBodies("otherwise kill;", "otherwise allow;").changes.allowed;
  const size_t known = SyscallTable::For(Architecture::kX8664).all().size();
  Expect(allowed, known, 0, known);
}

TEST(CallClassesTest, EachPortionCounts) {
  Expect(DiffBodies("portion a untrusted { } portion b untrusted { }",
                    "allow syscall read; portion a untrusted { } portion b "
                    "untrusted { }")
             .changes.allowed,
         2, 0, 2);
}

TEST(CallClassesTest, TheyAreShown) {
  const PolicyDiff diff = DiffBodies(
      "allow syscall read;", "allow syscall close, write(fd == 1), dup;");
  const std::string text = RenderDiffText(diff, {});
  EXPECT_THAT(text, HasSubstr("newly allowed: 2 system calls entirely, 1 in "
                              "part (3 classes)\n"));
  EXPECT_THAT(text,
              HasSubstr("newly denied: 1 system call entirely (1 class)\n"));
  EXPECT_THAT(RenderDiffText(DiffBodies("", ""), {}), Not(HasSubstr("newly")));
  const auto json = ParseJson(RenderDiffJson(diff, {}), "diff");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["counts"]["newly_allowed"]["entirely"], 2);
  EXPECT_EQ((*json)["counts"]["newly_denied"]["classes"], 1);
}

}  // namespace
}  // namespace bailey::policy
