// Programs as they are, one beside the other in one instance: each in a
// container of its own, with nothing between them but the socket that the plan
// names.

#include <gmock/gmock.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include <filesystem>

#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kSocket = "/run/probe-talk/socket";
constexpr const char* kKey = "/run/probe/key";

class ProgramsTest : public LaunchTest {
 protected:
  // `signer` does `serves` with the socket and its key.
  static TestPlan Plan(const std::string& serves = "serve") {
    TestPlan plan;
    plan.plan.crossings.clear();
    for (PlanPortion& portion : plan.plan.portions) portion.unmodified = true;
    plan.main_program = plan.signer_program = "executor-talker";
    plan.signer().arguments = {serves, kSocket, kKey};
    plan.plan.sockets = {{kSocket, "signer", {"main"}}};
    return plan;
  }

  Ran Start(const TestPlan& plan, const std::vector<std::string>& arguments) {
    return Launch(plan.Bundle(), arguments);
  }
};

TEST_P(ProgramsTest, OneAsksTheOther) {
  const Ran ran = Start(Plan(), {"ask", kSocket, "hello"});
  EXPECT_EQ(ran.exit_code, 0) << ran.error;
  EXPECT_THAT(ran.output, testing::MatchesRegex("signed: [0-9a-f]{8}\n"))
      << ran.error;
  const Ran other = Start(Plan(), {"ask", kSocket, "other"});
  EXPECT_NE(ran.output, other.output);
}

// Many runs: what starts too early finds no socket.
TEST_P(ProgramsTest, AClientStartsWhenItsServerIsThere) {
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(Start(Plan("serve-late"), {"ask", kSocket, "x"}).output,
                HasSubstr("signed: "));
}

TEST_P(ProgramsTest, NorBetweenBindAndListen) {
  EXPECT_THAT(Start(Plan("listen-late"), {"ask", kSocket, "x"}).output,
              HasSubstr("signed: "));
}

// Servers do so lest a client sees a socket that nobody listens to.
TEST_P(ProgramsTest, AServerMayMoveItsSocketToItsPlace) {
  EXPECT_THAT(Start(Plan("serve-moved"), {"ask", kSocket, "x"}).output,
              HasSubstr("signed: "));
}

TEST_P(ProgramsTest, ADatagramSocketNeedNotListen) {
  EXPECT_EQ(Start(Plan("datagram"), {"send", kSocket}).output, "send: ok\n");
}

TEST_P(ProgramsTest, ArgumentsOfThePlanComeFirst) {
  TestPlan plan = Plan();
  plan.main().arguments = {"ask", kSocket};
  const Ran ran = Start(plan, {"hello"});
  EXPECT_EQ(ran.output, Start(Plan(), {"ask", kSocket, "hello"}).output);
}

TEST_P(ProgramsTest, OnlyTheSignerHasTheKey) {
  TestPlan plan = Plan();
  EXPECT_THAT(Start(plan, {"read", kKey}).output, HasSubstr("read: errno"));
  plan.main().credentials = {"key"};
  EXPECT_EQ(Start(plan, {"read", kKey}).output, "read: ok\n");
}

TEST_P(ProgramsTest, AClientChangesNothingWhereItsServerListens) {
  const Ran ran = Start(Plan(), {"attack", kSocket});
  for (const char* what :
       {"create", "unlink", "mkdir", "rename", "chmod", "bind"})
    EXPECT_THAT(ran.output, HasSubstr(std::string(what) + ": errno"))
        << ran.error;
  // The server may: so it is the mount that keeps the client from it.
  TestPlan turned = Plan();
  turned.signer().arguments = {"attack", kSocket, kKey};
  turned.plan.sockets[0].clients.clear();
  const Ran control = Start(turned, {"sleep", "1"});
  EXPECT_THAT(control.output, HasSubstr("bind: ok"));
}

TEST_P(ProgramsTest, WhoIsNoClientDoesNotEvenSeeIt) {
  TestPlan plan = Plan();
  EXPECT_EQ(Start(plan, {"list", "/run/probe-talk"}).output,
            "list: errno 13\n");
  plan.plan.sockets[0].clients.clear();
  EXPECT_THAT(Start(plan, {"ask", kSocket, "x"}).output,
              HasSubstr("connect: errno 2"));
  EXPECT_THAT(Start(plan, {"list", "/run/probe-talk"}).output,
              HasSubstr("list: errno 2"));
}

TEST_P(ProgramsTest, TheDirectoryIsNewInEachRunAndNotTheHosts) {
  Start(Plan(), {"ask", kSocket, "x"});
  EXPECT_FALSE(std::filesystem::exists("/run/probe-talk"));
  EXPECT_THAT(Start(Plan(), {"ask", kSocket, "x"}).output,
              HasSubstr("signed: "));
}

TEST_P(ProgramsTest, ASocketHidesNothingOfTheBundle) {
  TestPlan plan = Plan();
  plan.plan.sockets[0].path = "/lib/x86_64-linux-gnu/socket";
  const Ran ran = Start(plan, {"ask", kSocket, "x"});
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("would hide"));
}

// A link is no socket, and is not followed.
TEST_P(ProgramsTest, WhatIsNoSocketIsNotWaitedFor) {
  TestPlan plan = Plan("litter");
  for (PlanPortion& portion : plan.plan.portions) portion.limits.wall_ms = 1500;
  const Ran ran = Start(plan, {"ask", kSocket, "x"});
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kTimeout) << ran.error;
  EXPECT_EQ(ran.output, "");
}

TEST_P(ProgramsTest, AServerThatEndsBeforeItServesIsAFailure) {
  TestPlan plan = Plan("status");
  plan.signer().arguments = {"status", "0", ""};
  const Ran ran = Start(plan, {"ask", kSocket, "x"});
  EXPECT_EQ(ran.exit_code, 125) << ran.error;
  EXPECT_THAT(ran.error, HasSubstr("before it bound"));
}

TEST_P(ProgramsTest, AServerThatHasDoneItsWorkMayEnd) {
  const Ran ran = Start(Plan("serve-once"), {"ask", kSocket, "x"});
  EXPECT_THAT(ran.output, HasSubstr("signed: "));
  TestPlan plan = Plan();
  plan.plan.sockets.clear();
  plan.signer().arguments = {"status", "0"};
  const Ran alone = Start(plan, {"sleep", "1"});
  EXPECT_EQ(alone.exit_code, 0) << alone.error;
  EXPECT_THAT(alone.outcome.notes, Contains(HasSubstr("ended with status 0")));
}

TEST_P(ProgramsTest, AServerThatFailsEndsTheRun) {
  TestPlan plan = Plan();
  plan.plan.sockets.clear();
  plan.signer().arguments = {"status", "9"};
  EXPECT_EQ(Start(plan, {"sleep", "100"}).exit_code, 9);
  plan.signer().arguments = {"crash", "x"};
  const Ran crashed = Start(plan, {"sleep", "100"});
  EXPECT_EQ(crashed.outcome.kind, OutcomeKind::kCrashed) << crashed.error;
  EXPECT_EQ(crashed.outcome.portion, "signer");
}

TEST_P(ProgramsTest, EachHasItsOwnFilter) {
  TestPlan plan = Plan();
  FilterRules rules;
  rules.denied[SYS_connect] = {EPERM, 3};
  plan.main().filters = MakeFilters(rules);
  EXPECT_EQ(Start(plan, {"ask", kSocket, "x"}).output, "connect: errno 1\n");
  plan.main().filters = MakeFilters({});
  plan.signer().filters = MakeFilters(rules);
  EXPECT_THAT(Start(plan, {"ask", kSocket, "x"}).output, HasSubstr("signed: "));
}

TEST_P(ProgramsTest, AnAuditReadsTheClientAndFindsTheKeyInTheServer) {
  RunSettings settings;
  settings.options = {"--audit"};
  const Ran ran = Launch(Plan().Bundle(), {"ask", kSocket, "x"}, settings);
  ASSERT_TRUE(ran.outcome.audit) << ran.error;
  EXPECT_TRUE(ran.outcome.audit->passed) << ran.error;
  EXPECT_GE(ran.outcome.audit->split.crossing_stops, 2u);
  EXPECT_GE(ran.outcome.audit->control.crossing_stops, 2u);
  EXPECT_THAT(ran.output, HasSubstr("signed: "));
  EXPECT_TRUE(ran.outcome.audit->of_programs);
  EXPECT_THAT(ran.error, HasSubstr("finds it in the programs with it"));
}

// One that keeps it in memory, and one that gets it and sends it on.
TEST_P(ProgramsTest, AnAuditFindsAKeyThatGotToTheClient) {
  RunSettings settings;
  settings.options = {"--audit"};
  TestPlan plan = Plan("betray");
  const Ran ran = Launch(plan.Bundle(), {"ask", kSocket, "x"}, settings);
  ASSERT_TRUE(ran.outcome.audit) << ran.error;
  EXPECT_FALSE(ran.outcome.audit->passed) << ran.error;
  EXPECT_THAT(ran.outcome.audit->reasons,
              Contains(HasSubstr("must not have it")));
}

// By whichever call it came.
TEST_P(ProgramsTest, AnAuditFindsAKeyThatCameByARareCall) {
  RunSettings settings;
  settings.options = {"--audit"};
  const Ran ran =
      Launch(Plan("betray").Bundle(), {"ask-rarely", kSocket, "x"}, settings);
  ASSERT_TRUE(ran.outcome.audit) << ran.error;
  EXPECT_FALSE(ran.outcome.audit->passed) << ran.error;
  EXPECT_THAT(ran.outcome.audit->reasons,
              Contains(HasSubstr("must not have it")));
}

// No eight bytes of it are the key's.
std::string Shifted(std::string_view secret) {
  std::string key(secret);
  for (char& each : key) each = static_cast<char>(each + 3);
  return key;
}

// Also where one of its processes has ended before and was read then.
TEST_P(ProgramsTest, AnAuditReadsEachProcessOfWhoWaits) {
  RunSettings settings;
  settings.options = {"--audit"};
  for (const std::string holder : {"parent", "child"}) {
    TestPlan plan = Plan();
    plan.plan.sockets.clear();
    plan.main().credentials = {"key"};
    plan.signer().credentials.clear();
    plan.signer().arguments = {"hold", holder, Shifted(kTestKey)};
    const Ran ran = Launch(plan.Bundle(), {"sleep", "1"}, settings);
    ASSERT_TRUE(ran.outcome.audit) << ran.error;
    EXPECT_THAT(ran.outcome.audit->reasons,
                Contains(HasSubstr("must not have it")))
        << holder;
  }
}

// However the run ends.
TEST_P(ProgramsTest, AnAuditReadsWhoWaitsWhenAnotherCrashes) {
  RunSettings settings;
  settings.options = {"--audit"};
  TestPlan plan = Plan();
  plan.plan.sockets.clear();
  plan.main().credentials = {"key"};
  plan.signer().credentials.clear();
  plan.signer().arguments = {"hold", "parent", Shifted(kTestKey)};
  const Ran ran = Launch(plan.Bundle(), {"crash", "1"}, settings);
  ASSERT_TRUE(ran.outcome.audit) << ran.error;
  EXPECT_EQ(ran.outcome.kind, OutcomeKind::kCrashed);
  EXPECT_THAT(ran.outcome.audit->reasons,
              Contains(HasSubstr("must not have it")));
}

TEST_P(ProgramsTest, AnAuditReadsTheChildrenOfAProgramThatEnds) {
  RunSettings settings;
  settings.options = {"--audit"};
  TestPlan plan = Plan();
  plan.plan.sockets.clear();
  plan.signer().arguments = {"sleep", "600"};
  const Ran ran = Launch(plan.Bundle(),
                         {"hold", "child", Shifted(kTestKey), "end"}, settings);
  ASSERT_TRUE(ran.outcome.audit) << ran.error;
  EXPECT_THAT(ran.outcome.audit->reasons,
              Contains(HasSubstr("must not have it")));
}

TEST_P(ProgramsTest, AnAuditInWhichNobodyTalksShowsNothing) {
  RunSettings settings;
  settings.options = {"--audit"};
  const Ran ran = Launch(Plan().Bundle(), {"list", "/"}, settings);
  ASSERT_TRUE(ran.outcome.audit) << ran.error;
  EXPECT_FALSE(ran.outcome.audit->passed);
  EXPECT_THAT(ran.outcome.audit->reasons,
              Contains(HasSubstr("makes them talk")));
}

INSTANTIATE_TEST_SUITE_P(As, ProgramsTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
