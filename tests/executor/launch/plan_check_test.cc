#include "executor/launch/plan_check.h"

#include <gmock/gmock.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include <cerrno>
#include <functional>

#include "tests/executor/test_plan.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;

// What is said of the test's plan after `change`; "" if nothing.
std::string Refusal(const std::function<void(TestPlan&)>& change) {
  TestPlan plan;
  change(plan);
  const Result<> checked = CheckPlan(plan.plan);
  return checked.ok() ? "" : checked.error().message;
}

TEST(CheckPlanTest, TakesASoundPlan) {
  EXPECT_EQ(Refusal([](TestPlan&) {}), "");
  EXPECT_EQ(Refusal([](TestPlan& plan) {
              AddFileRule(plan.main(), "/", true, false);
            }),
            "");
}

TEST(CheckPlanTest, RefusesNamesThatAreNoNames) {
  for (const char* name : {"", "a/b", "..", "\x1b[2J", "unsplit", "signer"}) {
    EXPECT_THAT(Refusal([&](TestPlan& plan) { plan.main().name = name; }),
                HasSubstr("no name of its own"))
        << name;
  }
  EXPECT_THAT(Refusal([](TestPlan& plan) {
                plan.plan.credentials.push_back(plan.plan.credentials[0]);
              }),
              HasSubstr("a credential has no name"));
}

TEST(CheckPlanTest, RefusesTooManyPortions) {
  EXPECT_THAT(Refusal([](TestPlan& plan) {
                plan.plan.portions.resize(5000, plan.plan.portions[1]);
              }),
              HasSubstr("at most 63 portions, not 5000"));
}

TEST(CheckPlanTest, WantsOneMain) {
  EXPECT_THAT(Refusal([](TestPlan& plan) { plan.main().holds_main = false; }),
              HasSubstr("main"));
  EXPECT_THAT(Refusal([](TestPlan& plan) { plan.signer().holds_main = true; }),
              HasSubstr("main"));
}

TEST(CheckPlanTest, RefusesACrossingToItself) {
  EXPECT_THAT(
      Refusal([](TestPlan& plan) { plan.plan.crossings[0].to = "main"; }),
      HasSubstr("crossing to itself"));
}

TEST(CheckPlanTest, WantsEachFilterOnce) {
  EXPECT_THAT(Refusal([](TestPlan& plan) { plan.main().filters.pop_back(); }),
              HasSubstr("portion `main`: it has 0 rule_index filters"));
  EXPECT_THAT(Refusal([](TestPlan& plan) {
                plan.main().filters.push_back(plan.main().filters[0]);
              }),
              HasSubstr("it has 2 notify filters"));
  EXPECT_NE(
      Refusal([](TestPlan& plan) { plan.main().filters[1].program.clear(); }),
      "");
  EXPECT_THAT(Refusal([](TestPlan& plan) {
                plan.main().filters[0].architecture = "aarch64";
              }),
              HasSubstr("not for x86_64"));
}

TEST(CheckPlanTest, RefusesAFilterThatAllowsWhatThePlainOneDenies) {
  FilterRules rules;
  rules.denied[SYS_socket] = {EPERM, 7};
  EXPECT_THAT(Refusal([&](TestPlan& plan) {
                plan.main().filters[1] = MakeFilters(rules)[1];
              }),
              HasSubstr("contradict each other at system call 41"));
  EXPECT_EQ(Refusal([&](TestPlan& plan) {
              plan.main().filters = MakeFilters(rules);
            }),
            "");
}

TEST(CheckPlanTest, RefusesAFilterThatDoesNotNotifyTheSentinel) {
  EXPECT_THAT(Refusal([](TestPlan& plan) {
                for (PlanFilter& filter : plan.main().filters) {
                  filter.program = {BPF_STMT(BPF_RET | BPF_K, 0x7fff0000)};
                }
              }),
              HasSubstr("contradict each other at system call 157"));
}

TEST(CheckPlanTest, RefusesDescriptorsThatAreInUse) {
  for (const int number : {-1, 1, 2, 199, 200, 4000}) {
    EXPECT_THAT(Refusal([&](TestPlan& plan) {
                  plan.plan.credentials[0].source =
                      CredentialSource::kDescriptor;
                  plan.plan.credentials[0].descriptor = number;
                }),
                HasSubstr("cannot be given"))
        << number;
  }
}

TEST(CheckPlanTest, RefusesTwoCredentialsInOnePlace) {
  EXPECT_THAT(Refusal([](TestPlan& plan) {
                plan.plan.credentials.push_back(plan.plan.credentials[0]);
                plan.plan.credentials[1].name = "other";
              }),
              HasSubstr("another's place"));
}

TEST(CheckPlanTest, RefusesVariablesThatAreNone) {
  for (const std::string& name :
       {std::string(), std::string("A=B"), std::string(128, 'A')}) {
    EXPECT_THAT(Refusal([&](TestPlan& plan) {
                  plan.plan.credentials[0].source =
                      CredentialSource::kEnvironment;
                  plan.plan.credentials[0].variable = name;
                }),
                HasSubstr("variable"));
  }
}

// As `change` left it: two programs, of which one serves to the other.
std::string RefusalOfPrograms(const std::function<void(TestPlan&)>& change) {
  return Refusal([&](TestPlan& plan) {
    plan.plan.crossings.clear();
    for (PlanPortion& portion : plan.plan.portions) portion.unmodified = true;
    plan.plan.sockets = {{"/run/talk/socket", "signer", {"main"}}};
    change(plan);
  });
}

TEST(CheckPlanTest, ProgramsMayTalkBySockets) {
  EXPECT_EQ(RefusalOfPrograms([](TestPlan&) {}), "");
  EXPECT_THAT(
      RefusalOfPrograms([](TestPlan& plan) { plan.main().unmodified = false; }),
      HasSubstr("other portions beside it"));
  EXPECT_THAT(Refusal([](TestPlan& plan) {
                plan.plan.sockets = {{"/run/talk/socket", "signer", {"main"}}};
              }),
              HasSubstr("other portions beside it"));
}

TEST(CheckPlanTest, RefusesSocketsWhereTheHostOrAKeyIs) {
  for (const char* path : {"/socket", "/run/socket", "run/x/socket",
                           "/run/x/../y/socket", "/run/probe/socket"})
    EXPECT_NE(RefusalOfPrograms(
                  [&](TestPlan& plan) { plan.plan.sockets[0].path = path; }),
              "")
        << path;
  for (const char* shown : {"/", "/run", "/run/talk", "/run/talk/below"})
    EXPECT_THAT(RefusalOfPrograms([&](TestPlan& plan) {
                  AddFileRule(plan.main(), shown, true, false);
                }),
                HasSubstr("file rule"))
        << shown;
  EXPECT_EQ(RefusalOfPrograms([](TestPlan& plan) {
              AddFileRule(plan.main(), "/run/talker", true, false);
            }),
            "");
}

TEST(CheckPlanTest, RefusesProgramsThatWaitForEachOther) {
  EXPECT_THAT(
      RefusalOfPrograms([](TestPlan& plan) {
        plan.plan.sockets.push_back({"/run/back/socket", "main", {"signer"}});
      }),
      HasSubstr("wait for each other"));
  EXPECT_THAT(RefusalOfPrograms([](TestPlan& plan) {
                plan.plan.sockets[0].clients = {"signer"};
              }),
              HasSubstr("own client"));
  EXPECT_THAT(RefusalOfPrograms([](TestPlan& plan) {
                plan.plan.sockets.push_back({"/run/talk/other", "main", {}});
              }),
              HasSubstr("in one directory"));
}

}  // namespace
}  // namespace bailey::executor
