// What a portion may still do once it serves: a second answer beside the first.

#include <gtest/gtest.h>

#include "policy-compiler/language/runtime_rules.h"
#include "runtime/portion_abi.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

constexpr char kServer[] = R"(
  allow syscall read, openat, execve;
  deny syscall ptrace then kill;
  serving {
    allow syscall read;
    deny syscall openat then errno EACCES;
    otherwise errno ENOSYS;
  }
  otherwise errno EPERM;
)";

Verdict AskServing(const Policy& policy, uint32_t number) {
  SeccompData data;
  data.architecture = SyscallTable::For(policy.architecture).audit_arch();
  data.number = number;
  return EvaluateServing(policy.architecture, policy.portions[0], data);
}

uint32_t NumberOf(const char* name) {
  return SyscallTable::For(Architecture::kX8664).FindByName(name)->number;
}

TEST(ServingTest, TheStrongerAnswerCounts) {
  const Policy policy = MustLoad(kServer);
  ASSERT_EQ(policy.portions[0].serving.size(), 1u);
  const auto action = [&](const char* name) {
    return ActionName(AskServing(policy, NumberOf(name)).action);
  };
  EXPECT_EQ(action("read"), "allow");
  EXPECT_EQ(action("openat"), "errno EACCES");
  EXPECT_EQ(action("execve"), "errno ENOSYS");
  EXPECT_EQ(action("ptrace"), "kill_process");  // as the first filter's
  EXPECT_EQ(action("bpf"), "errno ENOSYS");     // as strong: the second's
}

// The agent is asked before the first filter kills, and not at all where the
// second answers an error.
TEST(ServingTest, WhatKillsAtFirstKillsByItselfWhileServing) {
  const auto second = [](std::string_view body, const char* name) {
    const Policy policy = MustLoad(body);
    SeccompData data;
    data.architecture = SyscallTable::For(policy.architecture).audit_arch();
    data.number = NumberOf(name);
    return ActionName(
        Evaluate(policy.architecture, policy.portions[0].serving[0], data)
            .action);
  };
  EXPECT_EQ(second(kServer, "ptrace"), "kill_process");
  EXPECT_EQ(second("allow syscall read; deny syscall bpf then trap;"
                   "serving { otherwise errno ENOSYS; } otherwise kill;",
                   "execve"),
            "kill_process");
  EXPECT_EQ(second("serving { deny syscall bpf then errno EACCES; }"
                   "otherwise kill;",
                   "bpf"),
            "errno EACCES");
}

TEST(ServingTest, AnErrorOfTheSecondCountsBeforeWhatTheAgentIsAsked) {
  const Policy policy = MustLoad(
      "serving { deny syscall bpf then errno EACCES; } otherwise kill;");
  EXPECT_EQ(ActionName(AskServing(policy, NumberOf("bpf")).action),
            "errno EACCES");
}

TEST(ServingTest, TheFirstAnswerIsNotChanged) {
  const Policy policy = MustLoad(kServer);
  EXPECT_EQ(Ask(policy, "openat"), "allow");
  EXPECT_EQ(Ask(policy, "bpf"), "errno EPERM");
}

TEST(ServingTest, WithoutOneThereIsOneAnswer) {
  const Policy policy = MustLoad("allow syscall read; otherwise errno EPERM;");
  EXPECT_TRUE(policy.portions[0].serving.empty());
  EXPECT_EQ(AskServing(policy, NumberOf("read")).action.kind,
            ActionKind::kAllow);
  EXPECT_EQ(AskServing(policy, NumberOf("bpf")).rule, kRuleOtherwise);
}

TEST(ServingTest, WhatThePolicyUsesElsewhereDoesNotCountThere) {
  const auto library = [](std::string_view) {
    return std::optional<std::string>("policy l { allow syscall read; }");
  };
  const Policy outside =
      MustLoad("use \"l\"; serving { } otherwise errno EPERM;", library);
  EXPECT_EQ(AskServing(outside, NumberOf("read")).action.kind,
            ActionKind::kErrno);
  const Policy both = MustLoad(
      "use \"l\"; serving { use \"l\"; } otherwise errno EPERM;", library);
  EXPECT_EQ(AskServing(both, NumberOf("read")).action.kind, ActionKind::kAllow);
}

TEST(ServingTest, EachPortionHasItsOwn) {
  const Policy policy = MustLoad(R"(
    allow syscall read, write;
    portion a trusted { serving { allow syscall read; } }
    portion b untrusted { }
    otherwise kill;)");
  ASSERT_EQ(policy.portions.size(), 2u);
  EXPECT_EQ(policy.portions[0].serving.size(), 1u);
  EXPECT_EQ(policy.portions[0].serving[0].name, "a serving");
  EXPECT_EQ(policy.portions[0].serving[0].otherwise.kind,
            ActionKind::kKillProcess);
  EXPECT_TRUE(policy.portions[1].serving.empty());
}

TEST(ServingTest, LimitsOnCloneCloseClone3ThereToo) {
  const Policy policy = MustLoad(R"(
    allow syscall clone;
    serving { allow syscall clone(flags & CLONE_NEWUSER == 0); }
    otherwise errno EPERM;)");
  EXPECT_TRUE(policy.portions[0].serving[0].clone_constrained);
}

// The call that installs the second filter, and nothing else of seccomp(2).
TEST(ServingTest, TheSwitchIsAllowedWhereThereIsOne) {
  const auto asked = [](std::string_view body, uint64_t flags) {
    Policy policy = MustLoad(body);
    AddRuntimeRules(policy);
    SeccompData data;
    data.architecture = SyscallTable::For(policy.architecture).audit_arch();
    data.number = NumberOf("seccomp");
    data.arguments = {1, flags, 0, 0, 0, 0};
    const Verdict verdict =
        Evaluate(policy.architecture, policy.portions[0], data);
    return std::pair(ActionName(verdict.action),
                     DescribeRule(policy, policy.portions[0], verdict.rule));
  };
  const auto [action, rule] = asked(kServer, 1);
  EXPECT_EQ(action, "log");
  EXPECT_EQ(rule.text, BAILEY_SWITCH_RULE);
  constexpr uint64_t kNewListener = 8;
  EXPECT_EQ(asked(kServer, kNewListener).first, "errno EPERM");
  EXPECT_EQ(asked(kServer, 1 | kNewListener).first, "errno EPERM");
  EXPECT_EQ(asked("allow syscall read; otherwise errno EPERM;", 1).first,
            "errno EPERM");
}

TEST(ServingTest, WhatHasNoMeaningThereIsAnError) {
  EXPECT_EQ(ErrorsOf("serving { } serving { }"),
            std::vector<std::string>{"`serving` stands twice"});
  EXPECT_EQ(ErrorsOf("serving { limit pids 3; }"),
            std::vector<std::string>{"`limit` cannot stand in `serving`"});
  EXPECT_EQ(
      ErrorsOf("serving { allow syscall read then log; }"),
      std::vector<std::string>{"`log` in `serving` would record nothing"});
  EXPECT_EQ(
      ErrorsOf("portion a untrusted { } serving { }"),
      std::vector<std::string>{"`serving` belongs to one of the portions"});
  const std::vector<std::string> nested = {
      "a portion cannot stand in another",
      "`portion` cannot stand in `serving`"};
  EXPECT_EQ(ErrorsOf("serving { portion a untrusted { } }"), nested);
}

}  // namespace
}  // namespace bailey::policy
