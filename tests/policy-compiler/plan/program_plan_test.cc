#include "policy-compiler/plan/program_plan.h"

#include <gmock/gmock.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cerrno>

#include "policies/builtin_policies.h"
#include "policy-compiler/language/compile.h"
#include "policy-compiler/language/loader_rules.h"

namespace bailey::policy {
namespace {

using testing::HasSubstr;

Policy Load(const std::string& name, const std::string& text) {
  ParsedPolicy parsed = LoadPolicy({name, text}, FindBuiltinPolicy);
  EXPECT_TRUE(parsed.policy.has_value()) << name;
  return parsed.policy ? *std::move(parsed.policy) : Policy{};
}

Policy Loader() {
  const std::string name(kLoaderLibrary);
  return Load(name, FindBuiltinPolicy(name).value_or(""));
}

Result<PlanResult> Build(const std::string& text,
                         ProgramPlanOptions options = {}) {
  options.program = "/bin/x";
  return BuildProgramPlan(Load("p.policy", text), Loader(), options);
}

uint32_t Answer(const PlanResult& made, FilterKind kind, uint32_t number,
                std::array<uint64_t, 6> arguments = {}) {
  return RunBpf(FindFilter(made.plan.portions[0], kind)->program,
                {number, AUDIT_ARCH_X86_64, 0, arguments})
      .returned;
}

constexpr const char* kNothing = "policy p { otherwise errno EPERM; }";

TEST(ProgramPlanTest, APolicyOfNothingLetsAProgramStart) {
  const auto made = Build(kNothing);
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_TRUE(made->unproved.empty());
  const PlanPortion& portion = made->plan.portions[0];
  EXPECT_TRUE(portion.unmodified);
  EXPECT_TRUE(portion.holds_main);
  EXPECT_EQ(portion.program, "/bin/x");
  for (const long number : {SYS_brk, SYS_arch_prctl, SYS_exit_group, SYS_rseq,
                            SYS_read, SYS_close, SYS_munmap}) {
    EXPECT_EQ(Answer(*made, FilterKind::kPlain, static_cast<uint32_t>(number),
                     {0x1002}),
              SECCOMP_RET_ALLOW)
        << number;
  }
}

TEST(ProgramPlanTest, TheLoadersRulesAreNarrow) {
  const auto made = Build(kNothing);
  ASSERT_TRUE(made.ok());
  constexpr uint64_t kText = PROT_READ | PROT_EXEC;
  const auto mapped = [&](uint64_t prot, uint64_t flags) {
    return Answer(*made, FilterKind::kPlain, SYS_mmap, {0, 4096, prot, flags});
  };
  EXPECT_EQ(mapped(kText, MAP_PRIVATE | MAP_FIXED), SECCOMP_RET_ALLOW);
  constexpr uint32_t kDenied = SECCOMP_RET_ERRNO | uint32_t{EPERM};
  EXPECT_EQ(mapped(kText, MAP_PRIVATE | MAP_ANONYMOUS), kDenied);
  EXPECT_EQ(mapped(kText, MAP_SHARED), kDenied);
  EXPECT_EQ(mapped(kText | PROT_WRITE, MAP_PRIVATE), kDenied);
  EXPECT_EQ(Answer(*made, FilterKind::kPlain, SYS_mprotect, {0, 4096, kText}),
            kDenied);
  EXPECT_EQ(Answer(*made, FilterKind::kPlain, SYS_arch_prctl, {0x1001}),
            kDenied);
  // O_WRONLY, O_CREAT
  EXPECT_EQ(Answer(*made, FilterKind::kPlain, SYS_openat, {0, 0, 1}), kDenied);
  EXPECT_EQ(Answer(*made, FilterKind::kPlain, SYS_openat, {0, 0, 0x40}),
            kDenied);
  for (const long number : {SYS_execve, SYS_write, SYS_socket, SYS_ptrace}) {
    EXPECT_EQ(Answer(*made, FilterKind::kPlain, static_cast<uint32_t>(number)),
              kDenied);
  }
}

TEST(ProgramPlanTest, TheAuthorsDenialsOverrideTheLoadersRules) {
  const auto made =
      Build("policy p { deny syscall readlink; otherwise errno EPERM; }");
  ASSERT_TRUE(made.ok());
  EXPECT_NE(Answer(*made, FilterKind::kPlain, SYS_readlink), SECCOMP_RET_ALLOW);
}

TEST(ProgramPlanTest, TheLoadersRulesHavePlaces) {
  const auto made = Build(kNothing);
  ASSERT_TRUE(made.ok());
  const uint32_t index = Answer(*made, FilterKind::kRuleIndex, SYS_brk);
  const auto& rules = made->plan.portions[0].rules;
  const auto rule = std::ranges::find(rules, index, &PlanRule::index);
  ASSERT_NE(rule, rules.end());
  EXPECT_EQ(rule->file, "runtime/loader");
  EXPECT_GT(rule->line, 0);
}

TEST(ProgramPlanTest, APolicyThatUsesTheLibraryGetsItOnce) {
  const auto once =
      Build("policy p { use \"runtime/loader\"; otherwise errno EPERM; }");
  const auto added = Build(kNothing);
  ASSERT_TRUE(once.ok());
  ASSERT_TRUE(added.ok());
  EXPECT_EQ(once->plan.portions[0].rules.size(),
            added->plan.portions[0].rules.size());
}

TEST(ProgramPlanTest, AFileOfTheLibrarysNameIsNotTheLibrary) {
  PolicySources sources{FindBuiltinPolicy, nullptr};
  sources.file = [](const std::string& path) -> Result<UsedFile> {
    return UsedFile{path, "policy own { allow syscall getpid; }"};
  };
  const ParsedPolicy parsed = LoadPolicy(
      {"p.policy", "policy p { use \"./runtime/loader\"; }"}, sources);
  ASSERT_TRUE(parsed.policy.has_value());
  ASSERT_EQ(parsed.policy->rules[0].file, kLoaderLibrary);
  ProgramPlanOptions options;
  options.program = "/bin/x";
  const auto made = BuildProgramPlan(*parsed.policy, Loader(), options);
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_EQ(Answer(*made, FilterKind::kPlain, SYS_brk), SECCOMP_RET_ALLOW);
}

TEST(ProgramPlanTest, ObservedEveryAllowedCallIsNotified) {
  ProgramPlanOptions options;
  const auto plain = Build(kNothing, options);
  options.observe = true;
  const auto observed = Build(kNothing, options);
  ASSERT_TRUE(plain.ok());
  ASSERT_TRUE(observed.ok());
  EXPECT_TRUE(observed->unproved.empty());
  EXPECT_EQ(Answer(*plain, FilterKind::kNotify, SYS_read), SECCOMP_RET_ALLOW);
  EXPECT_EQ(Answer(*observed, FilterKind::kNotify, SYS_read),
            SECCOMP_RET_USER_NOTIF);
  EXPECT_EQ(Answer(*observed, FilterKind::kPlain, SYS_read), SECCOMP_RET_ALLOW);
}

constexpr const char* kTwo =
    "policy p { credential k from env K; credential l from env L;"
    "  portion a trusted { uses k; function f; }"
    "  portion b trusted { uses l; function g; }"
    "  otherwise errno EPERM; }";

TEST(ProgramPlanTest, OnlyTheChosenPortionsCredentialsAreInThePlan) {
  ProgramPlanOptions options;
  options.portion = "b";
  const auto made = Build(kTwo, options);
  ASSERT_TRUE(made.ok()) << made.error().message;
  ASSERT_EQ(made->plan.credentials.size(), 1u);
  EXPECT_EQ(made->plan.credentials[0].name, "l");
}

TEST(ProgramPlanTest, OneOfSeveralPortionsMustBeNamed) {
  const auto made = Build(kTwo);
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().hint, HasSubstr("`a`, `b`"));
}

constexpr const char* kPrograms = R"(policy p {
  credential k from file "/run/secrets/k";
  portion desk untrusted { program "desk", "-v"; allow syscall connect; }
  portion seal trusted {
    program "seal";
    uses k;
    serves "/run/talk/seal" to desk;
    allow syscall bind;
  }
  otherwise errno EPERM;
})";

Result<PlanResult> BuildPrograms(
    const std::map<std::string, std::string>& places) {
  return BuildProgramsPlan(Load("p.policy", kPrograms), Loader(), "test",
                           places);
}

TEST(ProgramsPlanTest, EachIsAPortionWithAFilterOfItsOwn) {
  const auto made =
      BuildPrograms({{"desk", "/bin/desk"}, {"seal", "/bin/seal"}});
  ASSERT_TRUE(made.ok()) << made.error().message;
  EXPECT_TRUE(made->unproved.empty());
  ASSERT_EQ(made->plan.portions.size(), 2u);
  const PlanPortion& desk = made->plan.portions[0];
  const PlanPortion& seal = made->plan.portions[1];
  EXPECT_TRUE(desk.holds_main && desk.unmodified && !desk.trusted);
  EXPECT_TRUE(!seal.holds_main && seal.unmodified && seal.trusted);
  EXPECT_EQ(desk.program, "/bin/desk");
  EXPECT_EQ(desk.arguments, std::vector<std::string>{"-v"});
  EXPECT_EQ(seal.credentials, std::vector<std::string>{"k"});
  EXPECT_TRUE(desk.credentials.empty());
  const auto answer = [](const PlanPortion& portion, long number) {
    return RunBpf(FindFilter(portion, FilterKind::kPlain)->program,
                  {static_cast<uint32_t>(number), AUDIT_ARCH_X86_64, 0, {}})
        .returned;
  };
  EXPECT_EQ(answer(desk, SYS_connect), SECCOMP_RET_ALLOW);
  EXPECT_EQ(answer(desk, SYS_bind), SECCOMP_RET_ERRNO | EPERM);
  EXPECT_EQ(answer(seal, SYS_bind), SECCOMP_RET_ALLOW);
  EXPECT_EQ(answer(seal, SYS_connect), SECCOMP_RET_ERRNO | EPERM);
}

TEST(ProgramsPlanTest, SocketsAreInThePlanAndSurviveIt) {
  const auto made =
      BuildPrograms({{"desk", "/bin/desk"}, {"seal", "/bin/seal"}});
  ASSERT_TRUE(made.ok());
  const auto read = ParsePlan(WritePlan(made->plan), "plan");
  ASSERT_TRUE(read.ok()) << read.error().message;
  ASSERT_EQ(read->sockets.size(), 1u);
  EXPECT_EQ(read->sockets[0].path, "/run/talk/seal");
  EXPECT_EQ(read->sockets[0].server, "seal");
  EXPECT_EQ(read->sockets[0].clients, std::vector<std::string>{"desk"});
  EXPECT_EQ(read->portions[0].arguments, std::vector<std::string>{"-v"});
}

TEST(ProgramsPlanTest, AProgramThatIsMissingIsAnError) {
  const auto made = BuildPrograms({{"desk", "/bin/desk"}});
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().message, HasSubstr("portion `seal`"));
}

TEST(ProgramsPlanTest, NoFileRuleReachesASocketsDirectory) {
  for (const char* path :
       {"/run/**", "/run/talk/**", "/run/talk/below", "/run/talk"}) {
    std::string text = kPrograms;
    // A rule that shows a credential's place is refused before.
    text.replace(text.find("/run/secrets"), 12, "/etc");
    text.insert(text.find("otherwise"),
                "allow file write \"" + std::string(path) + "\"; ");
    const auto made =
        BuildProgramsPlan(Load("p.policy", text), Loader(), "test",
                          {{"desk", "/bin/desk"}, {"seal", "/bin/seal"}});
    ASSERT_FALSE(made.ok()) << path;
    EXPECT_THAT(made.error().message, HasSubstr("a file rule of portion"));
  }
}

}  // namespace
}  // namespace bailey::policy
