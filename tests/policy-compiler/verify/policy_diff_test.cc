#include "policy-compiler/verify/policy_diff.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <tuple>

#include "common/json.h"
#include "policy-compiler/language/runtime_rules.h"
#include "policy-compiler/verify/policy_formula.h"
#include "policy-compiler/verify/solver.h"
#include "tests/policy-compiler/language/policy_testing.h"
#include "tests/policy-compiler/lower/policy_generator.h"
#include "tests/policy-compiler/seccomp/oci_profile.h"

namespace bailey::policy {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

PolicyDiff Diff(const Policy& before, const Policy& after,
                DiffOptions options = {}) {
  const Result<PolicyDiff> diff = DiffPolicies(before, after, options);
  EXPECT_TRUE(diff.ok()) << diff.error().message;
  return diff.ok() ? *diff : PolicyDiff{};
}

PolicyDiff DiffTexts(std::string_view before, std::string_view after,
                     DiffOptions options = {}) {
  return Diff(MustLoad(before), MustLoad(after), std::move(options));
}

Relation RelationOf(std::string_view before, std::string_view after,
                    ActionOrder order = ActionOrder::kExact) {
  return DiffTexts(before, after, {.order = order}).relation();
}

constexpr Relation kEqual = Relation::kEqual;
constexpr Relation kStricter = Relation::kStricter;
constexpr Relation kLooser = Relation::kLooser;
constexpr Relation kIncomparable = Relation::kIncomparable;

struct Comparand {
  const char* before;
  const char* after;
  Relation relation;
};

class Relations : public ::testing::TestWithParam<Comparand> {};

TEST_P(Relations, AreDecidedInBothDirections) {
  const auto& [before, after, relation] = GetParam();
  EXPECT_EQ(RelationOf(before, after), relation);
  const Relation back = relation == kStricter ? kLooser
                        : relation == kLooser ? kStricter
                                              : relation;
  EXPECT_EQ(RelationOf(after, before), back);
}

INSTANTIATE_TEST_SUITE_P(
    Policies, Relations,
    ::testing::Values(
        Comparand{"otherwise kill;", "otherwise kill;", kEqual},
        // The same values, said otherwise.
        Comparand{"allow syscall socket(family in {1..3});",
                  "allow syscall socket(family == 1 or family == 2), "
                  "socket(family == 3);",
                  kEqual},
        // Bits that the kernel does not read are no difference.
        Comparand{"allow syscall close(fd & 0xffffffff == 7);",
                  "allow syscall close(fd == 7);", kEqual},
        Comparand{"allow syscall read; deny syscall read;",
                  "deny syscall read;", kEqual},
        Comparand{"allow syscall read;", "", kStricter},
        Comparand{"allow syscall socket(family < 3);",
                  "allow syscall socket(family < 2);", kStricter},
        // A signed comparison is not an unsigned one.
        Comparand{"allow syscall socket(family < 3);",
                  "allow syscall socket(family in {0..2});", kStricter},
        Comparand{"allow syscall socket(type & 1 == 1);",
                  "allow syscall socket(type == 1);", kStricter},
        Comparand{"allow syscall read;", "allow syscall write;", kIncomparable},
        Comparand{"allow syscall socket(family == 1);",
                  "allow syscall socket(family == 2);", kIncomparable},
        // The order of actions.
        Comparand{"allow syscall read;", "allow syscall read then log;",
                  kStricter},
        Comparand{"allow syscall read then log;",
                  "deny syscall read then errno EIO;", kStricter},
        Comparand{"otherwise errno EPERM;", "otherwise trap;", kStricter},
        Comparand{"otherwise trap;", "otherwise kill_thread;", kStricter},
        Comparand{"otherwise kill_thread;", "otherwise kill_process;",
                  kStricter},
        Comparand{"deny syscall read then errno EPERM;",
                  "deny syscall read then errno ENOSYS;", kIncomparable},
        // A constraint on clone makes clone3 answer ENOSYS.
        Comparand{"otherwise allow; deny syscall clone(flags & 0x10000000 != 0)"
                  " then errno EPERM;",
                  "otherwise allow; deny syscall clone(flags & 0x10000000 != 0)"
                  " then errno EPERM; deny syscall clone3 then errno ENOSYS;",
                  kEqual}));

TEST(PolicyDiff, ShowsAWitnessOfEachDistinctDifference) {
  const PolicyDiff diff = DiffTexts(
      "allow syscall socket(family == 1); otherwise errno EPERM;",
      "allow syscall socket(family in {1, 16}), read; otherwise errno EPERM;");
  ASSERT_THAT(diff.calls, SizeIs(2));
  EXPECT_EQ(diff.calls[0].witness.data.number, 0u);
  const CallDifference& socket = diff.calls[1];
  EXPECT_EQ(socket.witness.data.arguments[0] & 0xffffffff, 16u);
  EXPECT_EQ(ActionName(socket.witness.old_verdict.action), "errno EPERM");
  EXPECT_EQ(ActionName(socket.witness.new_verdict.action), "allow");
  EXPECT_EQ(socket.old_rule.text, "otherwise errno EPERM");
  EXPECT_EQ(diff.exit_code(), 1);
}

TEST(PolicyDiff, OneWitnessStandsForWhatNoRuleNames) {
  const PolicyDiff diff = DiffTexts(
      "otherwise kill;", "allow syscall read; otherwise errno EPERM;");
  // read; the calls that no rule names, with clone3 by itself; numbers that the
  // table does not have, which answer ENOSYS now.
  ASSERT_THAT(diff.calls, SizeIs(4));
  EXPECT_GT(diff.calls[2].witness.others, 300u);
  EXPECT_EQ(ActionName(diff.calls[3].witness.new_verdict.action),
            "errno ENOSYS");
  EXPECT_EQ(diff.relation(), kLooser);
}

// `policy eval` shows what runs, where the runtime's own calls are allowed.
TEST(PolicyDiff, PrefersAWitnessThatTheRuntimeDoesNotAllow) {
  Policy before = MustLoad("otherwise errno EPERM;");
  Policy after = MustLoad("allow syscall futex, prctl; otherwise errno EPERM;");
  const PolicyDiff diff = Diff(before, after);
  ASSERT_THAT(diff.calls, SizeIs(2));
  AddRuntimeRules(before);
  for (const CallDifference& call : diff.calls)
    EXPECT_EQ(ActionName(Judge(before, call.witness.data).action),
              "errno EPERM");
  // Where there is no other it is shown all the same.
  EXPECT_EQ(RelationOf("", "allow syscall futex(futex_op == FUTEX_WAIT);"),
            kLooser);
}

// Every difference that a search over derived inputs finds has its witness.
void ExpectCovers(const PolicyDiff& diff, const Policy& before,
                  const Policy& after) {
  using Kind = std::tuple<uint32_t, uint32_t, uint32_t>;
  const auto code = [](const Action& action) {
    return static_cast<uint32_t>(action.kind) << 16 | action.errno_value;
  };
  std::set<Kind> shown;
  bool unnamed = false;
  for (const CallDifference& call : diff.calls) {
    const CallWitness& witness = call.witness;
    EXPECT_EQ(Judge(before, witness.data), witness.old_verdict);
    EXPECT_EQ(Judge(after, witness.data), witness.new_verdict);
    shown.emplace(witness.data.number, code(witness.old_verdict.action),
                  code(witness.new_verdict.action));
    unnamed = unnamed || witness.others > 0;
  }
  const SyscallTable& table = SyscallTable::For(before.architecture);
  for (const Policy* policy : {&before, &after}) {
    for (const SeccompData& data : InterestingInputs(*policy)) {
      const Action a = Judge(before, data).action;
      const Action b = Judge(after, data).action;
      if (a == b) continue;
      const uint32_t number = table.FindByNumber(data.number)
                                  ? data.number
                                  : table.all().back().number + 1;
      EXPECT_TRUE(unnamed || shown.contains({number, code(a), code(b)}))
          << data.number;
    }
  }
}

// The whole question at once, by the formulas that filters are proved with.
bool ProvedEqual(const Policy& before, const Policy& after) {
  z3::context context;
  const Input input(context);
  const PolicyFormula a(before, before.portions[0], FilterKind::kPlain, {},
                        input);
  const PolicyFormula b(after, after.portions[0], FilterKind::kPlain, {},
                        input);
  return SolverFor(context, a.Returned() != b.Returned(), 0).check() ==
         z3::unsat;
}

TEST(PolicyDiff, AgreesWithASearchAndWithOneWholeProof) {
  std::mt19937_64 random(11);
  PolicyGenerator generator([&](uint64_t bound) { return random() % bound; });
  int equal = 0;
  for (int i = 0; i < 40; ++i) {
    const Policy before = generator.MakePolicy();
    Policy after = before;
    auto& rules = after.portions[0].syscalls;
    // One rule less: often a difference, sometimes none.
    if (!rules.empty()) rules.erase(rules.begin() + i % rules.size());
    const PolicyDiff diff = Diff(before, after);
    ASSERT_THAT(diff.undecided, IsEmpty());
    ExpectCovers(diff, before, after);
    const bool same = diff.relation() == kEqual;
    EXPECT_EQ(same, ProvedEqual(before, after)) << i;
    equal += same ? 1 : 0;
  }
  EXPECT_GT(equal, 0);
  EXPECT_LT(equal, 40);
}

TEST(PolicyDiff, FindsAPlantedDifferenceInARealProfile) {
  const Policy docker = LoadOciProfile("docker");
  EXPECT_EQ(Diff(docker, docker).relation(), kEqual);
  Policy looser = docker;
  for (SyscallRule& rule : looser.portions[0].syscalls)
    for (Condition& operand : rule.when.operands)
      if (operand.comparison.mask == 2114060288)  // clone's flags
        operand.comparison.mask &= ~uint64_t{0x10000000};
  const PolicyDiff diff = Diff(docker, looser);
  EXPECT_EQ(diff.relation(), kLooser);
  ASSERT_THAT(diff.calls, SizeIs(1));
  EXPECT_EQ(diff.calls[0].witness.data.arguments[0] & 0x7e020000, 0x10000000u);
}

TEST(PolicyDiff, MatchesPortionsByName) {
  constexpr const char* kOld =
      "portion a untrusted { allow syscall read; }"
      "portion b untrusted { allow syscall write; }";
  constexpr const char* kNew =
      "portion b untrusted { allow syscall write; }"
      "portion a untrusted { allow syscall read; allow syscall dup; }";
  const PolicyDiff diff = DiffTexts(kOld, kNew);
  ASSERT_THAT(diff.calls, SizeIs(1));
  EXPECT_EQ(diff.calls[0].portion, "a");
  EXPECT_EQ(DiffTexts(kOld, kNew, {.portion = "b"}).relation(), kEqual);
  const auto none =
      DiffPolicies(MustLoad(kOld), MustLoad(kNew), {.portion = "c"});
  ASSERT_FALSE(none.ok());
  EXPECT_THAT(none.error().hint, HasSubstr("`a`"));
}

TEST(PolicyDiff, HoldsTheSinglePortionAgainstEach) {
  constexpr const char* kParts =
      "portion a untrusted { allow syscall read; }"
      "portion b untrusted { allow syscall write; }";
  const PolicyDiff under = DiffTexts("allow syscall read;", kParts);
  ASSERT_THAT(under.calls, SizeIs(2));
  EXPECT_EQ(under.calls[0].portion, "b");
  EXPECT_EQ(under.relation(), kIncomparable);
  EXPECT_EQ(RelationOf("allow syscall read, write;", kParts), kStricter);
  EXPECT_EQ(RelationOf(kParts, "allow syscall read, write;"), kLooser);
}

TEST(PolicyDiff, APortionMoreIsLooserAndOneLessStricter) {
  constexpr const char* kOne = "portion a untrusted { allow syscall read; }";
  constexpr const char* kTwo =
      "portion a untrusted { allow syscall read; } portion b untrusted { }";
  EXPECT_EQ(RelationOf(kOne, kTwo), kLooser);
  EXPECT_EQ(RelationOf(kTwo, kOne), kStricter);
}

// What no system call shows: the rules imply the same calls.
TEST(PolicyDiff, SeesFileRules) {
  const auto relation = [](std::string_view before, std::string_view after) {
    return RelationOf(
        std::string("allow file read \"/x\"; ") + std::string(before),
        std::string("allow file read \"/x\"; ") + std::string(after));
  };
  EXPECT_EQ(relation("allow file read \"/etc/hosts\";",
                     "allow file read \"/etc/**\";"),
            kLooser);
  EXPECT_EQ(
      relation("allow file read \"/**\";", "allow file read \"/etc/**\";"),
      kStricter);
  EXPECT_EQ(relation("allow file read \"/etc/**\";",
                     "allow file read \"/etc/**\", \"/etc/ssl/**\";"),
            kEqual);
  // A name that only begins alike is not below.
  EXPECT_EQ(relation("allow file read \"/etc/**\";",
                     "allow file read \"/etcetera\";"),
            kIncomparable);
  // The directory itself is in its hierarchy; the hierarchy is not in a file.
  EXPECT_EQ(
      relation("allow file read \"/etc/**\";", "allow file read \"/etc\";"),
      kStricter);
}

TEST(PolicyDiff, RightsOfFileRulesAreApart) {
  constexpr const char* kBase =
      "allow file read \"/x\"; allow file write \"/x\"; allow file execute "
      "\"/x\";";
  const PolicyDiff diff =
      DiffTexts(std::string(kBase) + "allow file read \"/a/**\";",
                std::string(kBase) + "allow file write \"/a/**\";");
  EXPECT_EQ(diff.relation(), kIncomparable);
  EXPECT_THAT(diff.calls, IsEmpty());
  ASSERT_THAT(diff.grants, SizeIs(2));
  EXPECT_EQ(diff.grants[0].what, "file write \"/a/**\"");
  EXPECT_EQ(diff.grants[1].what, "file read \"/a/**\"");
}

TEST(PolicyDiff, SeesLimits) {
  EXPECT_EQ(RelationOf("limit memory 1 MiB;", "limit memory 2 MiB;"), kLooser);
  EXPECT_EQ(RelationOf("limit memory 1 MiB;", ""), kLooser);
  EXPECT_EQ(RelationOf("", "limit wall 5 s;"), kStricter);
  EXPECT_EQ(
      RelationOf("limit pids 4, output 1 MiB;", "limit pids 5, output 1 KiB;"),
      kIncomparable);
}

TEST(PolicyDiff, SeesCredentialsAndTrust) {
  constexpr const char* kOld =
      "credential k from fd 5; portion a trusted { uses k; }"
      "portion b untrusted { }";
  EXPECT_EQ(RelationOf(kOld,
                       "credential renamed from fd 5;"
                       "portion a trusted { uses renamed; }"
                       "portion b untrusted { }"),
            kEqual);
  EXPECT_EQ(RelationOf(kOld,
                       "credential k from fd 6; portion a trusted { uses k; }"
                       "portion b untrusted { }"),
            kIncomparable);
  EXPECT_EQ(RelationOf(kOld,
                       "credential k from fd 5; portion a trusted { uses k; }"
                       "portion b trusted { }"),
            kLooser);
}

// A policy without portions gives no credential to anybody.
TEST(PolicyDiff, SeesCredentialsWhereOnePolicyWritesNoPortion) {
  constexpr const char* kHeld =
      "credential k from env KEY; portion a trusted { uses k; }";
  EXPECT_EQ(RelationOf("", kHeld), kLooser);
  EXPECT_EQ(RelationOf(kHeld, ""), kStricter);
  const PolicyDiff diff = DiffTexts("", kHeld);
  ASSERT_THAT(diff.grants, SizeIs(2));
  EXPECT_EQ(diff.grants[0].what, "credential from env KEY");
  EXPECT_EQ(diff.grants[0].portion, "a");
  EXPECT_EQ(diff.grants[1].what, "trust");
  // A ceiling need not know how programs are split.
  EXPECT_EQ(RelationOf("", kHeld, ActionOrder::kPermission), kEqual);
}

// `bailey run --policy` puts them into the container.
TEST(PolicyDiff, SeesPlugins) {
  constexpr const char* kOne = "plugins \"/usr/lib/app/a.so\";";
  constexpr const char* kSome = "plugins \"/usr/lib/app/*.so\";";
  constexpr const char* kAll = "plugins \"/usr/lib/app/*\";";
  EXPECT_EQ(RelationOf("", kOne), kLooser);
  EXPECT_EQ(RelationOf(kOne, ""), kStricter);
  EXPECT_EQ(RelationOf(kOne, kSome), kLooser);
  EXPECT_EQ(RelationOf(kAll, kSome), kStricter);
  EXPECT_EQ(RelationOf(kSome, std::string(kOne) + kSome), kEqual);
  // As a shell has it: a `*` is within a component, and no leading dot.
  EXPECT_EQ(RelationOf(kAll, "plugins \"/usr/lib/app/more/a.so\";"),
            kIncomparable);
  EXPECT_EQ(RelationOf(kAll, "plugins \"/usr/lib/app/.a.so\";"), kIncomparable);
  EXPECT_EQ(RelationOf(kAll, "plugins \"/usr/lib/app/.*\";"), kIncomparable);
  constexpr const char* kLetter = "plugins \"/usr/lib/app/?.so\";";
  EXPECT_EQ(RelationOf(kLetter, kSome), kLooser);
  EXPECT_EQ(RelationOf(kSome, kLetter), kStricter);
  EXPECT_EQ(RelationOf(kLetter, kOne), kStricter);
  EXPECT_EQ(RelationOf(kSome, kAll, ActionOrder::kPermission), kLooser);
}

TEST(PolicyDiff, ComparesEachTargetWithItsLike) {
  const auto load = [](std::string_view body) {
    ParsedPolicy parsed = LoadBody(body);
    EXPECT_TRUE(parsed.policy) << RenderText(parsed.diagnostics);
    return parsed;
  };
  const auto targets = [](const ParsedPolicy& parsed) {
    PolicyTargets all = {&*parsed.policy};
    for (const Policy& other : parsed.other_targets) all.push_back(&other);
    return all;
  };
  const ParsedPolicy both =
      load("target linux x86_64, aarch64; allow syscall read, openat;");
  const ParsedPolicy more =
      load("target linux x86_64, aarch64; allow syscall read, openat, bind;");
  const ParsedPolicy one = load("allow syscall read, openat;");
  const auto diff = DiffTargets(targets(both), targets(more), {});
  ASSERT_TRUE(diff.ok());
  ASSERT_THAT(diff->calls, SizeIs(2));
  EXPECT_EQ(diff->calls[1].architecture, Architecture::kAarch64);
  EXPECT_EQ(diff->calls[1].witness.data.number, 200u);
  EXPECT_THAT(RenderDiffText(*diff, {}),
              HasSubstr("in portion main on aarch64"));
  EXPECT_EQ(DiffTargets(targets(both), targets(one), {})->relation(), kEqual);
  EXPECT_FALSE(DiffTargets(targets(one), targets(both), {}).ok());
}

TEST(PolicyDiff, ACeilingIsAboutWhatIsPermitted) {
  const auto under = [](std::string_view ceiling, std::string_view after) {
    return RelationOf(ceiling, after, ActionOrder::kPermission);
  };
  EXPECT_EQ(under("otherwise kill;", "otherwise errno EPERM;"), kEqual);
  EXPECT_EQ(under("allow syscall read, write; otherwise kill;",
                  "allow syscall read; otherwise errno EPERM;"),
            kStricter);
  EXPECT_EQ(under("allow syscall read; otherwise kill;",
                  "allow syscall read, write; otherwise errno EPERM;"),
            kLooser);
  // What the ceiling records must be recorded.
  EXPECT_EQ(under("allow syscall read then log;", "allow syscall read;"),
            kLooser);
}

TEST(PolicyDiff, WhatIsUndecidedIsNotEqual) {
  PolicyDiff diff;
  diff.undecided.push_back({Architecture::kX8664, "main", "socket", "timeout"});
  EXPECT_EQ(diff.exit_code(), 3);
  EXPECT_THAT(RenderDiffJson(diff, {}), HasSubstr("\"relation\": \"unknown\""));
  EXPECT_THAT(RenderDiffText(diff, {.ceiling = true}), HasSubstr("undecided"));
  diff.grants.push_back({"", "limit memory", "1 B", "none", kLooser});
  EXPECT_EQ(diff.exit_code(), 1);
}

TEST(PolicyDiff, JsonHasWhatTheCommandLinePromises) {
  const PolicyDiff diff = DiffTexts(
      "otherwise errno EPERM;",
      "allow syscall openat(dirfd == AT_FDCWD); otherwise errno EPERM;");
  const auto json = ParseJson(RenderDiffJson(diff, {}), "diff");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ((*json)["relation"], "looser");
  const Json& witness = (*json)["witnesses"][0];
  EXPECT_EQ(witness["syscall"], "openat");
  EXPECT_EQ(witness["arguments"].size(), 6u);
  EXPECT_EQ(witness["arguments"][0].get<uint64_t>() & 0xffffffff, 0xffffff9cu);
  EXPECT_EQ(witness["old"], "errno EPERM");
  EXPECT_EQ(witness["new"], "allow");
  EXPECT_EQ(witness["argument_names"][0], "dirfd");
}

TEST(PolicyDiff, ShowsABoundedNumberAndSaysHowManyMore) {
  const PolicyDiff diff =
      DiffTexts("allow syscall dup;", "allow syscall read, write, close;");
  const std::string text = RenderDiffText(diff, {.max_shown = 2});
  EXPECT_THAT(text, HasSubstr("and 2 more"));
  EXPECT_THAT(text, Not(HasSubstr("stricter:")));  // what is looser comes first
  EXPECT_THAT(RenderDiffText(diff, {.max_shown = 0}),
              HasSubstr("stricter: dup"));
  EXPECT_THAT(text, HasSubstr("looser: read(fd=0, buf=0, count=0)"));
}

TEST(PolicyDiff, ACeilingSaysWhatItDenies) {
  const PolicyDiff diff =
      DiffTexts("allow syscall dup;", "allow syscall read; limit pids 4;",
                {.order = ActionOrder::kPermission});
  const std::string text = RenderDiffText(diff, {.ceiling = true});
  EXPECT_THAT(text, HasSubstr("the ceiling denies: read(fd=0"));
  EXPECT_THAT(text, Not(HasSubstr("dup")));
  EXPECT_THAT(text, HasSubstr("the ceiling is exceeded"));
}

}  // namespace
}  // namespace bailey::policy
