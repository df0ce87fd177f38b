#include "cli/policy/learn_diff.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <linux/audit.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "policies/builtin_policies.h"

namespace bailey::cli {
namespace {

using executor::Learned;
using executor::LearnMode;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::optional<policy::Policy> Load(const SourceText& text) {
  return policy::LoadPolicy(text, FindBuiltinPolicy).policy;
}

constexpr std::string_view kPolicy =
    "policy p {\n"
    "  allow syscall read;\n"
    "  allow syscall write;  # a brace in a comment }\n"
    "  deny syscall ptrace;\n"
    "  deny syscall kill(sig == SIGKILL);\n"
    "  otherwise errno EPERM;\n"
    "}\n";

class LearnDiffTest : public testing::Test {
 protected:
  LearnDiff Make(Learned learned, std::string_view text = kPolicy,
                 std::string_view ceiling = "", std::string_view portion = "") {
    LearnInputs inputs;
    inputs.text = {"p.policy", std::string(text)};
    policy_ = *Load(inputs.text);
    inputs.policy = &policy_;
    inputs.portion = portion.empty() ? &policy_.portions.front()
                                     : FindPortion(policy_, portion);
    if (!ceiling.empty()) {
      ceiling_ = *Load({"c.policy", std::string(ceiling)});
      inputs.ceiling = &ceiling_.portions.front();
    }
    inputs.learned = std::move(learned);
    inputs.load = Load;
    return *MakeLearnDiff(inputs);
  }

  // What a run with this call denied learns.
  static Learned Wanted(uint32_t number, std::array<uint64_t, 6> arguments) {
    Learned learned;
    learned.calls = {{{number, AUDIT_ARCH_X86_64, 0, arguments},
                      {0, "otherwise errno EPERM", "", 0},
                      2}};
    return learned;
  }

  policy::Policy policy_;
  policy::Policy ceiling_;
};

TEST_F(LearnDiffTest, ProposesACallAsItWasSeen) {
  const LearnDiff diff =
      Make(Wanted(SYS_socket, {AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0}));
  EXPECT_THAT(diff.add,
              ElementsAre(Field(&ProposedRule::rule,
                                "allow syscall socket(domain == AF_UNIX, type "
                                "== SOCK_STREAM | SOCK_CLOEXEC, protocol == "
                                "0);")));
  EXPECT_EQ(diff.add[0].count, 2u);
  EXPECT_EQ(diff.insert_line, 7);
  const std::string text = RenderLearnText(diff);
  EXPECT_THAT(text, HasSubstr("+  allow syscall socket("));
  EXPECT_THAT(text, HasSubstr("--- p.policy\n+++ p.policy"));
}

TEST_F(LearnDiffTest, WhatTheAuthorDeniesIsNotProposed) {
  const LearnDiff diff = Make(Wanted(SYS_ptrace, {}));
  EXPECT_THAT(diff.add, IsEmpty());
  ASSERT_EQ(diff.refused.size(), 1u);
  EXPECT_THAT(diff.refused[0].because, HasSubstr("whatever is allowed"));
}

TEST_F(LearnDiffTest, TheCeilingHolds) {
  const std::string_view ceiling =
      "policy c { allow syscall socket(domain == AF_UNIX); "
      "otherwise errno EPERM; }";
  EXPECT_EQ(Make(Wanted(SYS_socket, {AF_UNIX}), kPolicy, ceiling).add.size(),
            1u);
  const LearnDiff above = Make(Wanted(SYS_socket, {AF_INET}), kPolicy, ceiling);
  EXPECT_THAT(above.add, IsEmpty());
  EXPECT_THAT(above.refused, ElementsAre(Field(&ProposedRule::because,
                                               "the ceiling denies it")));
}

TEST_F(LearnDiffTest, ShowsTheAuthorsPermissionsThatNothingUsed) {
  Learned learned;
  learned.uses = {
      {{policy::kFirstUserRule, "allow syscall read", "p.policy", 2}, 9}};
  const LearnDiff diff = Make(learned);
  ASSERT_EQ(diff.unused.size(), 1u);
  EXPECT_EQ(diff.unused[0].rule, "allow syscall write");
  EXPECT_EQ(diff.unused[0].line, 3);
}

TEST_F(LearnDiffTest, AFileRuleStandsForTheOpensThatItImplies) {
  Learned learned = Wanted(SYS_openat, {0, 0, O_RDONLY});
  learned.files = {{"/etc/passwd", true, false, 1}};
  const LearnDiff diff = Make(learned);
  EXPECT_THAT(diff.add, ElementsAre(Field(&ProposedRule::rule,
                                          "allow file read \"/etc/passwd\";")));
}

TEST_F(LearnDiffTest, APathThatIsNoPathIsNotProposed) {
  Learned learned;
  learned.files = {{"/no/such/file", true, false, 1},
                   {"/tmp/\"}; allow syscall ptrace;", true, false, 1}};
  const LearnDiff diff = Make(learned);
  EXPECT_THAT(diff.add, IsEmpty());
  EXPECT_EQ(diff.refused.size(), 2u);
}

TEST_F(LearnDiffTest, APathCannotDriveTheTerminal) {
  Learned learned;
  learned.files = {{"/tmp/\x1b]0;title\a\n+  allow", true, false, 1}};
  const std::string text = RenderLearnText(Make(learned));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\n+  allow")));
  EXPECT_THAT(text, HasSubstr("/tmp/\\x1b]0;title\\x07\\x0a+  allow"));
}

TEST_F(LearnDiffTest, TheRulesStandInTheirPortion) {
  const std::string_view two =
      "policy p {\n"
      "  portion a trusted {\n"
      "    function f;\n"
      "    allow syscall read;\n"
      "  }\n"
      "  portion b untrusted {\n"
      "    allow syscall write;\n"
      "  }\n"
      "  otherwise errno EPERM;\n"
      "}\n";
  const LearnDiff diff = Make(Wanted(SYS_getpid, {}), two, "", "a");
  EXPECT_EQ(diff.insert_line, 5);
  EXPECT_EQ(diff.add.size(), 1u);
  // b's rule is none of its business.
  EXPECT_THAT(diff.unused,
              ElementsAre(Field(&UnusedRule::rule, "allow syscall read")));
}

TEST_F(LearnDiffTest, SaysThatThePolicyWasNotEnforced) {
  Learned learned;
  learned.mode = LearnMode::kPermissive;
  EXPECT_THAT(RenderLearnText(Make(learned)), HasSubstr("PERMISSIVELY"));
  EXPECT_THAT(RenderLearnJson(Make(learned)), HasSubstr("\"permissive\""));
}

}  // namespace
}  // namespace bailey::cli
