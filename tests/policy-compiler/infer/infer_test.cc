#include "policy-compiler/infer/infer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "common/json.h"
#include "policies/builtin_policies.h"
#include "policy-compiler/check/abstract_call.h"
#include "policy-compiler/check/check.h"
#include "policy-compiler/verify/policy_diff.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Capability Makes(std::string_view name,
                 std::vector<ArgumentValues> arguments = {},
                 Confidence confidence = Confidence::kProved) {
  Capability capability;
  capability.name = std::string(name);
  capability.number =
      SyscallTable::For(Architecture::kX8664).FindByName(name)->number;
  capability.arguments = std::move(arguments);
  capability.confidence = confidence;
  capability.sites = {{"app.c", 12, 3, "app.c:run"}};
  capability.path = {"main", "run", "helper", "deeper", std::string(name)};
  return capability;
}

Capability File(std::string_view path) {
  Capability capability;
  capability.kind = CapabilityKind::kFile;
  capability.name = std::string(path);
  return capability;
}

Report ReportOf(std::vector<Capability> capabilities) {
  Report report;
  report.capabilities = std::move(capabilities);
  return report;
}

InferredPolicy MustInfer(const Report& report, InferOptions options = {},
                         const Policy* ceiling = nullptr) {
  auto inferred = InferPolicy(report, options, FindBuiltinPolicy, ceiling);
  EXPECT_TRUE(inferred.ok()) << inferred.error().message;
  return inferred.ok() ? *std::move(inferred) : InferredPolicy{};
}

Policy Loaded(const InferredPolicy& inferred) {
  ParsedPolicy parsed =
      LoadPolicy({"i.policy", inferred.text}, FindBuiltinPolicy);
  EXPECT_TRUE(parsed.policy.has_value()) << RenderText(parsed.diagnostics);
  return parsed.policy ? *std::move(parsed.policy) : Policy{};
}

Capability In(Phase phase, Capability capability) {
  capability.phase = phase;
  return capability;
}

Report TwoPhases() {
  Report report = ReportOf({In(Phase::kStartup, Makes("execve")),
                            In(Phase::kStartup, Makes("sendto")),
                            In(Phase::kServing, Makes("sendto")),
                            In(Phase::kServing, Makes("accept4"))});
  SwitchPoint point;
  point.chosen = true;
  report.switch_points = {point};
  return report;
}

CallAnswer AnswerOf(const InferredPolicy& inferred, std::string_view name) {
  const Policy policy = Loaded(inferred);
  if (policy.portions.empty()) return {};
  return Answer(policy.architecture, policy.portions.front(),
                Makes(name).number, {});
}

TEST(Infer, OnePhaseAloneHasItsOwnCallsAndNoOthers) {
  InferOptions options;
  options.libraries.clear();
  options.phase = Phase::kServing;
  const InferredPolicy serving = MustInfer(TwoPhases(), options);
  EXPECT_EQ(serving.written, 2u);
  EXPECT_EQ(AnswerOf(serving, "accept4").allowed, Certainty::kAlways);
  EXPECT_EQ(AnswerOf(serving, "sendto").allowed, Certainty::kAlways);
  EXPECT_EQ(AnswerOf(serving, "execve").allowed, Certainty::kNever);
  options.phase = Phase::kStartup;
  const InferredPolicy startup = MustInfer(TwoPhases(), options);
  EXPECT_EQ(AnswerOf(startup, "accept4").allowed, Certainty::kNever);
  EXPECT_EQ(AnswerOf(startup, "execve").allowed, Certainty::kAlways);
  options.phase = std::nullopt;
  EXPECT_EQ(AnswerOf(MustInfer(TwoPhases(), options), "execve").allowed,
            Certainty::kAlways);
}

CallAnswer ServingAnswerOf(const Policy& policy, std::string_view name) {
  const std::vector<PortionPolicy>& serving = policy.portions.front().serving;
  EXPECT_THAT(serving, SizeIs(1));
  if (serving.empty()) return {};
  return Answer(policy.architecture, serving.front(), Makes(name).number, {});
}

TEST(Infer, ASwitchPointMakesAServingBlock) {
  const InferredPolicy inferred = MustInfer(TwoPhases());
  const Policy policy = Loaded(inferred);
  EXPECT_EQ(AnswerOf(inferred, "execve").allowed, Certainty::kAlways);
  EXPECT_EQ(ServingAnswerOf(policy, "accept4").allowed, Certainty::kAlways);
  EXPECT_EQ(ServingAnswerOf(policy, "sendto").allowed, Certainty::kAlways);
  EXPECT_EQ(ServingAnswerOf(policy, "execve").allowed, Certainty::kNever);
  // What the library permits at the start it does not permit in the block.
  EXPECT_EQ(AnswerOf(inferred, "brk").allowed, Certainty::kAlways);
  EXPECT_EQ(ServingAnswerOf(policy, "brk").allowed, Certainty::kNever);
  const CheckResult check = Check(policy, TwoPhases(), nullptr);
  EXPECT_THAT(check.denied, IsEmpty());
  EXPECT_THAT(check.undecided, IsEmpty());
  EXPECT_EQ(inferred.exit_code(), 0);
  EXPECT_THAT(inferred.notes, Contains(HasSubstr("bailey_serving()")));
}

TEST(Infer, NoServingBlockWithoutASwitchPointOrWhereNoneIsWanted) {
  Report report = TwoPhases();
  InferOptions options;
  options.serving_block = false;
  EXPECT_THAT(MustInfer(report, options).text, Not(HasSubstr("serving {")));
  report.switch_points[0].chosen = false;
  EXPECT_THAT(MustInfer(report).text, Not(HasSubstr("serving {")));
}

// Else what ends the process would be denied.
TEST(Infer, TheBlockOfWhatIsProvedHasTheLibraries) {
  Report report = TwoPhases();
  report.capabilities.push_back(In(
      Phase::kServing, Makes("exit_group", {}, Confidence::kOverApproximated)));
  InferOptions options;
  options.proved_only = true;
  const Policy policy = Loaded(MustInfer(report, options));
  EXPECT_EQ(ServingAnswerOf(policy, "exit_group").allowed, Certainty::kAlways);
}

TEST(Infer, TheCeilingHoldsWhileServing) {
  const ParsedPolicy ceiling = LoadBody(
      R"(allow syscall execve, sendto, accept4 then log;
         serving { allow syscall sendto; }
         otherwise errno EPERM;)",
      FindBuiltinPolicy);
  ASSERT_TRUE(ceiling.policy) << RenderText(ceiling.diagnostics);
  InferOptions options;
  options.libraries.clear();
  const InferredPolicy inferred =
      MustInfer(TwoPhases(), options, &*ceiling.policy);
  const Policy policy = Loaded(inferred);
  EXPECT_EQ(ServingAnswerOf(policy, "sendto").allowed, Certainty::kAlways);
  EXPECT_EQ(ServingAnswerOf(policy, "accept4").allowed, Certainty::kNever);
  ASSERT_THAT(inferred.denied, SizeIs(1));
  EXPECT_THAT(inferred.denied[0].reason, HasSubstr("while it serves"));
  EXPECT_EQ(inferred.exit_code(), 1);
}

// More values than a rule would list: it permits any, which the ceiling does
// not.
TEST(Infer, ARuleThatCannotSayTheValuesIsTheCeilings) {
  const ParsedPolicy ceiling = LoadBody(
      R"(allow syscall fchmod(mode & 0o6000 == 0); otherwise kill_process;)",
      FindBuiltinPolicy);
  ASSERT_TRUE(ceiling.policy) << RenderText(ceiling.diagnostics);
  InferOptions options;
  options.libraries.clear();
  const InferredPolicy inferred =
      MustInfer(ReportOf({Makes("fchmod", {{1, "mode", {{0, 0777}}}})}),
                options, &*ceiling.policy);
  EXPECT_EQ(inferred.exit_code(), 0);
  const Policy policy = Loaded(inferred);
  EXPECT_EQ(Ask(policy, "fchmod", {"3", "0o755"}), "allow");
  EXPECT_EQ(Ask(policy, "fchmod", {"3", "0o4755"}), "kill_process");
}

TEST(Infer, ALibraryOfACeilingWithABlockIsUsed) {
  const ParsedPolicy ceiling = LoadBody(
      R"(use "runtime/c"; allow syscall execve, sendto, accept4;
         serving { allow syscall sendto, accept4; }
         otherwise kill_process;)",
      FindBuiltinPolicy);
  ASSERT_TRUE(ceiling.policy) << RenderText(ceiling.diagnostics);
  const InferredPolicy inferred = MustInfer(TwoPhases(), {}, &*ceiling.policy);
  EXPECT_THAT(inferred.text, HasSubstr("use \"runtime/c\";"));
  EXPECT_EQ(inferred.exit_code(), 0);
}

// What has no switch point serves from the start.
TEST(Infer, APhaseOfAReportWithoutASwitchPointIsRefused) {
  Report report = TwoPhases();
  report.switch_points[0].chosen = false;
  InferOptions options;
  options.phase = Phase::kServing;
  const auto inferred =
      InferPolicy(report, options, FindBuiltinPolicy, nullptr);
  ASSERT_FALSE(inferred.ok());
  EXPECT_THAT(inferred.error().message, HasSubstr("no switch point"));
}

TEST(Infer, WritesARuleForWhatTheLibraryDoesNotCover) {
  const InferredPolicy inferred = MustInfer(ReportOf(
      {Makes("read"),
       Makes("openat", {{0, "dirfd", {{0xffffff9c, 0xffffff9c}}},
                        {2, "flags", {{0, 0}, {0x80000, 0x80000}}}})}));
  EXPECT_EQ(inferred.covered, 1u);
  EXPECT_EQ(inferred.written, 1u);
  EXPECT_EQ(inferred.exit_code(), 0);
  EXPECT_THAT(inferred.text, HasSubstr("use \"runtime/c\";"));
  EXPECT_THAT(inferred.text,
              HasSubstr("allow syscall openat(dirfd == AT_FDCWD, "
                        "flags in {O_RDONLY, "
                        "O_RDONLY|O_CLOEXEC});"));
  EXPECT_THAT(inferred.text,
              HasSubstr("# proved: app.c:12, by ... -> run -> helper -> deeper "
                        "-> openat"));
  EXPECT_TRUE(inferred.diagnostics.empty());
  const Policy policy = Loaded(inferred);
  EXPECT_EQ(Ask(policy, "openat", {"AT_FDCWD", "0", "0x80000"}), "allow");
  EXPECT_EQ(Ask(policy, "openat", {"AT_FDCWD", "0", "1"}), "kill_process");
}

TEST(Infer, ValuesOfSeveralArgumentsStayTogether) {
  const Policy policy = Loaded(MustInfer(ReportOf(
      {Makes("socket", {{0, "domain", {{1, 1}}}, {1, "type", {{2, 2}}}}),
       Makes("socket", {{0, "domain", {{2, 2}}}, {1, "type", {{1, 1}}}})})));
  EXPECT_EQ(Ask(policy, "socket", {"1", "2"}), "allow");
  EXPECT_EQ(Ask(policy, "socket", {"2", "1"}), "allow");
  EXPECT_EQ(Ask(policy, "socket", {"1", "1"}), "kill_process");
}

TEST(Infer, TheSameReportInAnyOrderGivesTheSameBytes) {
  std::vector<Capability> capabilities = {
      Makes("socket", {{0, "domain", {{1, 1}}}}), Makes("openat"),
      Makes("socket", {{0, "domain", {{2, 2}}}}, Confidence::kOverApproximated),
      Makes("bind", {}, Confidence::kOverApproximated)};
  const std::string text = MustInfer(ReportOf(capabilities)).text;
  std::ranges::reverse(capabilities);
  EXPECT_EQ(MustInfer(ReportOf(capabilities)).text, text);
}

TEST(Infer, CanLeaveOutWhatIsNotProved) {
  const Report report = ReportOf(
      {Makes("openat"), Makes("bind", {}, Confidence::kOverApproximated)});
  const InferredPolicy inferred = MustInfer(report, {.proved_only = true});
  EXPECT_EQ(inferred.skipped, 1u);
  EXPECT_THAT(inferred.text, Not(HasSubstr("bind")));
  EXPECT_THAT(MustInfer(report).text, HasSubstr("# over-approximated: app.c"));
}

TEST(Infer, TakesOtherwiseNameAndLibraries) {
  InferOptions options;
  options.name = "app";
  options.libraries = {};
  options.otherwise = {ActionKind::kErrno, 1};
  const InferredPolicy inferred = MustInfer(ReportOf({Makes("read")}), options);
  EXPECT_THAT(inferred.text, HasSubstr("policy app {"));
  EXPECT_THAT(inferred.text, HasSubstr("otherwise errno EPERM;"));
  EXPECT_THAT(inferred.text, HasSubstr("allow syscall read;"));
  EXPECT_THAT(inferred.text, Not(HasSubstr("use")));
  options.otherwise = {ActionKind::kAllow, 0};
  EXPECT_FALSE(
      InferPolicy(ReportOf({}), options, FindBuiltinPolicy, nullptr).ok());
}

TEST(Infer, RefusesAnUnknownLibraryAndAHostileOne) {
  for (const char* library : {"runtime/none", "x\"; otherwise allow; #", ""}) {
    InferOptions options;
    options.libraries = {library};
    EXPECT_FALSE(
        InferPolicy(ReportOf({}), options, FindBuiltinPolicy, nullptr).ok());
  }
}

TEST(Infer, FilesBecomeFileRules) {
  const InferredPolicy inferred = MustInfer(
      ReportOf({File("/etc/hosts"), File("/usr/share/**"), File("etc/*")}));
  EXPECT_THAT(inferred.text, HasSubstr("allow file read \"/etc/hosts\";"));
  EXPECT_THAT(inferred.text, HasSubstr("allow file read \"/usr/share/**\";"));
  ASSERT_THAT(inferred.denied, SizeIs(1));
  EXPECT_EQ(inferred.denied[0].capability.name, "etc/*");
  EXPECT_EQ(inferred.exit_code(), 1);
}

TEST(Infer, AllowsCloneWholeNextToClone3) {
  const InferredPolicy inferred = MustInfer(ReportOf(
      {Makes("clone", {{0, "flags", {{0x11, 0x11}}}}), Makes("clone3")}));
  EXPECT_THAT(inferred.text, HasSubstr("allow syscall clone;"));
  EXPECT_THAT(inferred.text, HasSubstr("allow syscall clone3;"));
}

TEST(Infer, RefusesAReportThatContradictsTheTable) {
  Capability capability = Makes("read");
  capability.name = "ptrace";
  EXPECT_FALSE(
      InferPolicy(ReportOf({capability}), {}, FindBuiltinPolicy, nullptr).ok());
  capability.number = 5000;
  EXPECT_FALSE(
      InferPolicy(ReportOf({capability}), {}, FindBuiltinPolicy, nullptr).ok());
}

// Attack: what a program's symbols are called must not write rules. Without the
// replacement the line's end ends the comment.
TEST(Infer, NothingInAReportWritesRules) {
  const std::string evil = "x\n  allow syscall ptrace;\n#\xff";
  Capability capability = Makes("openat");
  capability.sites[0].file = evil;
  capability.path = {evil};
  Capability file = File("/a\"; allow syscall ptrace; #");
  Capability newline = File("/a\nallow syscall ptrace;");
  const InferredPolicy inferred =
      MustInfer(ReportOf({capability, file, newline}));
  const Policy policy = Loaded(inferred);
  EXPECT_EQ(Ask(policy, "ptrace"), "kill_process");
  EXPECT_EQ(Ask(policy, "openat"), "allow");
}

TEST(Infer, ANameCannotHideWhatIsLeftOut) {
  Capability file = File("/x\033[2K");
  file.confidence = Confidence::kProved;
  file.sites = {{"a\nnote: nothing", 1, 1, "f"}};
  const InferredPolicy inferred = MustInfer(ReportOf({file}));
  ASSERT_THAT(inferred.denied, SizeIs(1));
  EXPECT_THAT(RenderInferText(inferred),
              HasSubstr("/x?[2K (proved at a?note: nothing:1)"));
}

TEST(Infer, LeavesOutWhatTheCeilingDenies) {
  const Policy ceiling = MustLoad(
      "use \"runtime/c\"; allow syscall openat; otherwise errno EPERM;",
      FindBuiltinPolicy);
  const InferredPolicy inferred =
      MustInfer(ReportOf({Makes("openat"), Makes("socket")}), {}, &ceiling);
  EXPECT_THAT(inferred.text, HasSubstr("openat"));
  EXPECT_THAT(inferred.text, Not(HasSubstr("socket")));
  ASSERT_THAT(inferred.denied, SizeIs(1));
  EXPECT_EQ(inferred.denied[0].reason,
            "the ceiling denies it: otherwise errno EPERM");
  EXPECT_EQ(inferred.exit_code(), 1);
  EXPECT_THAT(RenderInferText(inferred),
              HasSubstr("left out: socket (proved at app.c:12)"));
  const auto json = ParseJson(RenderInferJson(inferred), "infer");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["denied"][0]["name"], "socket");
}

TEST(Infer, KeepsWhatTheCeilingPermitsOfACall) {
  const Policy ceiling = MustLoad(
      "allow syscall mprotect(prot & PROT_EXEC == 0);"
      "deny syscall mprotect(len > 0x1000) then errno ENOMEM;");
  InferOptions options;
  options.libraries = {};
  const auto infer = [&](Confidence confidence) {
    return MustInfer(ReportOf({Makes("mprotect", {}, confidence)}), options,
                     &ceiling);
  };
  const InferredPolicy inferred = infer(Confidence::kOverApproximated);
  const Policy policy = Loaded(inferred);
  EXPECT_EQ(Ask(policy, "mprotect", {"0", "1", "1"}), "allow");
  EXPECT_EQ(Ask(policy, "mprotect", {"0", "1", "4"}), "kill_process");
  EXPECT_EQ(Ask(policy, "mprotect", {"0", "0x2000", "1"}), "errno ENOMEM");
  EXPECT_EQ(inferred.exit_code(), 3);
  EXPECT_EQ(infer(Confidence::kProved).exit_code(), 1);
}

TEST(Infer, UsesNoLibraryThatExceedsTheCeiling) {
  const Policy ceiling = MustLoad("allow syscall read, write;");
  const InferredPolicy inferred =
      MustInfer(ReportOf({Makes("read")}), {}, &ceiling);
  EXPECT_THAT(inferred.text, Not(HasSubstr("use")));
  EXPECT_THAT(inferred.text, HasSubstr("allow syscall read;"));
  EXPECT_THAT(inferred.notes, Contains(HasSubstr("`runtime/c` is not used")));
  EXPECT_EQ(inferred.exit_code(), 0);
}

TEST(Infer, RecordsWhatTheCeilingRecordsAndKeepsItsLimits) {
  const Policy ceiling = MustLoad(
      "allow syscall read then log; limit memory 1 MiB, cpu 50 %; "
      "allow file read \"/etc/**\";");
  InferOptions options;
  options.libraries = {};
  const InferredPolicy inferred =
      MustInfer(ReportOf({Makes("read"), File("/etc/hosts"), File("/root/x")}),
                options, &ceiling);
  const Policy policy = Loaded(inferred);
  EXPECT_EQ(Ask(policy, "read"), "log");
  EXPECT_EQ(policy.limits.memory_bytes, uint64_t{1} << 20);
  EXPECT_EQ(policy.limits.cpu_percent, 50u);
  ASSERT_THAT(inferred.denied, SizeIs(1));
  EXPECT_EQ(inferred.denied[0].capability.name, "/root/x");
}

TEST(Infer, AsksWhichPortionOfTheCeiling) {
  const Policy ceiling = MustLoad(
      "portion a untrusted { allow syscall read; } portion b untrusted { }");
  InferOptions options;
  options.libraries = {};
  EXPECT_FALSE(InferPolicy(ReportOf({Makes("read")}), options,
                           FindBuiltinPolicy, &ceiling)
                   .ok());
  options.ceiling_portion = "a";
  EXPECT_THAT(MustInfer(ReportOf({Makes("read")}), options, &ceiling).denied,
              IsEmpty());
  options.ceiling_portion = "b";
  EXPECT_THAT(MustInfer(ReportOf({Makes("read")}), options, &ceiling).denied,
              SizeIs(1));
}

// The property, over reports and ceilings made at random: what is inferred
// permits all that is not written down as left out, and stays under the
// ceiling.
class RandomReports {
 public:
  Report Make() {
    std::vector<Capability> capabilities;
    const size_t count = Choose(30);
    for (size_t i = 0; i < count; ++i) capabilities.push_back(MakeOne());
    return ReportOf(std::move(capabilities));
  }

  std::string MakeCeiling() {
    std::string text = Choose(2) ? "use \"runtime/c\"; " : "";
    for (int i = 0; i < 15; ++i) {
      const Syscall& call = AnyCall();
      text += Choose(5) == 0 ? "deny syscall " : "allow syscall ";
      text += std::string(call.name);
      const bool tested = !call.arguments.empty() && Choose(2) == 0 &&
                          !call.arguments[0].is_pointer;
      if (tested)
        text += "(" + std::string(call.arguments[0].name) + " in {0..4, 9})";
      text += ";\n";
    }
    return text + "otherwise errno EPERM;";
  }

 private:
  size_t Choose(size_t bound) { return random_() % bound; }

  // Not clone and clone3: limits on one make a rule on the other an error.
  const Syscall& AnyCall() {
    const auto all = SyscallTable::For(Architecture::kX8664).all();
    const Syscall& call = all[Choose(all.size())];
    return call.name.starts_with("clone") || !call.has_signature ? all[0]
                                                                 : call;
  }

  Capability MakeOne() {
    const Syscall& call = AnyCall();
    std::vector<ArgumentValues> arguments;
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      if (Choose(2) == 0) continue;
      ArgumentValues known;
      known.index = static_cast<int>(i);
      for (size_t n = Choose(3) + 1; n > 0; --n) {
        const uint64_t first =
            Choose(4) == 0 ? 0xffffff00 + Choose(200) : Choose(12);
        const uint64_t mask = Choose(4) == 0 ? random_() & 0xfff : 0;
        known.values.push_back(mask == 0
                                   ? ValueSet{first, first + Choose(3)}
                                   : ValueSet::WithBits(mask, first & mask));
      }
      arguments.push_back(known);
    }
    return Makes(
        call.name, std::move(arguments),
        Choose(2) ? Confidence::kProved : Confidence::kOverApproximated);
  }

  std::mt19937_64 random_{23};
};

TEST(Infer, PermitsTheReportAndStaysUnderTheCeiling) {
  RandomReports random;
  size_t denied = 0, narrowed = 0;
  for (int i = 0; i < 12; ++i) {
    const Report report = random.Make();
    const InferredPolicy free = MustInfer(report);
    const CheckResult check = Check(Loaded(free), report, nullptr);
    EXPECT_THAT(check.denied, IsEmpty()) << free.text;
    EXPECT_THAT(check.undecided, IsEmpty()) << free.text;
    ParsedPolicy ceiling = LoadBody(random.MakeCeiling(), FindBuiltinPolicy);
    if (!ceiling.policy) continue;
    const InferredPolicy under = MustInfer(report, {}, &*ceiling.policy);
    const auto diff = DiffPolicies(*ceiling.policy, Loaded(under),
                                   {.order = ActionOrder::kPermission});
    ASSERT_TRUE(diff.ok());
    EXPECT_EQ(diff->exit_code(), 0) << under.text;
    EXPECT_EQ(under.covered + under.written + under.denied.size() +
                  under.narrowed.size(),
              report.capabilities.size());
    denied += under.denied.size();
    narrowed += under.narrowed.size();
  }
  EXPECT_GT(denied, 0u);
  EXPECT_GT(narrowed, 0u);
}

}  // namespace
}  // namespace bailey::policy
