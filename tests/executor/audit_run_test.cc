// `--audit` finds what is there, and passes what is not.

#include <gmock/gmock.h>

#include "common/digest.h"
#include "tests/executor/launch_fixture.h"

namespace bailey::executor {
namespace {

using testing::HasSubstr;

class AuditRunTest : public LaunchTest {
 protected:
  Ran Audit(TestPlan plan, const std::vector<std::string>& arguments,
            const std::string& input) {
    RunSettings settings;
    settings.options = {"--audit"};
    settings.input = input;
    return Launch(plan.Bundle(), arguments, settings);
  }
};

uint64_t Hits(const ScanSummary& scan) {
  uint64_t total = 0;
  for (const AuditHits& hit : scan.hits) total += hit.count;
  return total;
}

void ExpectPassed(const Ran& ran) {
  ASSERT_TRUE(ran.outcome.audit.has_value()) << ran.error;
  EXPECT_TRUE(ran.outcome.audit->passed) << ran.error;
  EXPECT_EQ(ran.exit_code, 0);
  EXPECT_TRUE(ran.outcome.audit->identical_output);
  // Two lines, each stopped at before it is sent and after its reply.
  EXPECT_EQ(ran.outcome.audit->split.crossing_stops, 4u);
  EXPECT_EQ(ran.outcome.audit->split.exit_stops, 1u);
  EXPECT_EQ(Hits(ran.outcome.audit->split), 0u);
  EXPECT_EQ(ran.outcome.audit->control.crossing_stops, 2u);
  EXPECT_GT(Hits(ran.outcome.audit->control), 0u);
  EXPECT_GT(ran.outcome.audit->split.bytes_scanned, 100'000u);
}

TEST_P(AuditRunTest, PassesASplitThatKeepsTheKeyAway) {
  const Ran ran = Audit(TestPlan(), {"sign"}, "one\ntwo\n");
  ExpectPassed(ran);
  EXPECT_THAT(ran.output, HasSubstr(" two\n"));
}

TEST_P(AuditRunTest, PassesWithTheKeyInAVariable) {
  TestPlan plan;
  plan.plan.credentials[0].source = CredentialSource::kEnvironment;
  plan.plan.credentials[0].variable = "PROBE_KEY";
  ExpectPassed(Audit(plan, {"sign"}, "one\ntwo\n"));
}

TEST_P(AuditRunTest, FindsAKeyThatLeaked) {
  const std::string first_half = std::string(kTestKey.substr(0, 32));
  WriteFileFor("key", first_half, 0600);
  const Ran ran = Audit(TestPlan(), {"steal"}, HexEncode(first_half));
  ASSERT_TRUE(ran.outcome.audit.has_value()) << ran.error;
  EXPECT_GT(Hits(ran.outcome.audit->split), 0u);
  EXPECT_FALSE(ran.outcome.audit->passed);
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.error, HasSubstr("found in a portion that must not have it"));
}

// Each form in each place by itself, with the rest wiped: what an audit has to
// find, a search for the whole key would not.
struct Kept {
  const char* place;
  size_t begin;
  size_t size;
  bool is_reversed;
};

std::string PartOfTestKey(const Kept& kept) {
  std::string part(kTestKey.substr(kept.begin, kept.size));
  if (kept.is_reversed) part.assign(part.rbegin(), part.rend());
  return part;
}

TEST_P(AuditRunTest, FindsPartsAndReversedBytesInEveryPlace) {
  // From byte 16 on: the digits before are in every C library.
  for (const Kept& kept :
       {Kept{"memory", 16, 8, false}, Kept{"memory", 19, 8, false},
        Kept{"memory", 24, 8, false}, Kept{"memory", 0, 32, true},
        Kept{"variable", 19, 8, false}, Kept{"variable", 0, 32, true},
        Kept{"argument", 17, 8, false}, Kept{"argument", 0, 32, true},
        Kept{"name", 19, 8, false}, Kept{"file", 19, 8, false},
        Kept{"file", 0, 32, true}, Kept{"register", 21, 8, false}}) {
    SCOPED_TRACE(std::string(kept.place) +
                 (kept.is_reversed ? ", reversed" : "") + " from " +
                 std::to_string(kept.begin));
    const Ran ran =
        Audit(TestPlan(), {"keep", kept.place, std::string(40, '.')},
              HexEncode(PartOfTestKey(kept)));
    ASSERT_TRUE(ran.outcome.audit.has_value()) << ran.error;
    EXPECT_GT(Hits(ran.outcome.audit->split), 0u) << ran.error;
    EXPECT_EQ(ran.exit_code, 1);
    EXPECT_THAT(ran.error, HasSubstr(kept.is_reversed ? "key reversed in"
                                                      : "key window (from"));
  }
}

// Seven bytes are not eight; and what the bundle has is left out, and said.
TEST_P(AuditRunTest, PassesWhatGivesNothingAway) {
  for (const std::string_view part :
       {kTestKey.substr(19, 7), kTestKey.substr(0, 8)}) {
    const Ran ran = Audit(TestPlan(), {"keep", "memory"}, HexEncode(part));
    ASSERT_TRUE(ran.outcome.audit.has_value()) << ran.error;
    EXPECT_EQ(Hits(ran.outcome.audit->split), 0u) << ran.error;
    EXPECT_TRUE(ran.outcome.audit->passed) << ran.error;
    EXPECT_GE(ran.outcome.audit->split.windows_elsewhere, 9u);
    EXPECT_GT(ran.outcome.audit->split.windows_sought, 10u);
  }
}

// Not even the process itself could read it at the stop.
TEST_P(AuditRunTest, FindsAKeyThatIsHidden) {
  const std::string half = std::string(kTestKey.substr(0, 32));
  for (const char* where : {"steal-hidden", "steal-child"}) {
    SCOPED_TRACE(where);
    const Ran ran = Audit(TestPlan(), {where}, HexEncode(half));
    ASSERT_TRUE(ran.outcome.audit.has_value()) << ran.error;
    EXPECT_GT(Hits(ran.outcome.audit->split), 0u) << ran.error;
    EXPECT_EQ(ran.exit_code, 1);
  }
}

// The unsplit program never loads the second one: its absence shows nothing.
TEST_P(AuditRunTest, FailsForACredentialThatTheControlDoesNotShow) {
  TestPlan plan;
  PlanCredential other = plan.plan.credentials[0];
  other.name = "other";
  other.path = "/run/probe/other";
  plan.plan.credentials.push_back(other);
  plan.signer().credentials.push_back("other");
  RunSettings settings;
  settings.options = {
      "--audit", "--credential",
      "other=file:" + WriteFileFor("other",
                                   std::string(40, 'o') + std::string(40, 'p'),
                                   0400)};
  settings.input = "one\n";
  const Ran ran = Launch(plan.Bundle(), {"sign"}, settings);
  EXPECT_EQ(ran.exit_code, 1) << ran.error;
  EXPECT_THAT(ran.error, HasSubstr("did not find `other`"));
}

// A program that wipes its key before it returns has it nowhere else.
TEST_P(AuditRunTest, ReadsTheControlWhereTheTrustedFunctionsBegin) {
  const Ran without = Audit(TestPlan(), {"sign"}, "one\ntwo\nthree\n");
  TestPlan plan;
  plan.signer().symbols = {{"probe.c:main", "function", "replica", "a test"},
                           {"no_such_function", "function", "placed", "a test"},
                           {"probe.c:dispatch", "function", "absent", "a test"},
                           {"main", "global", "placed", "a test"}};
  const Ran with = Audit(plan, {"sign"}, "one\ntwo\nthree\n");
  ASSERT_TRUE(without.outcome.audit.has_value()) << without.error;
  ASSERT_TRUE(with.outcome.audit.has_value()) << with.error;
  EXPECT_EQ(with.outcome.audit->control.crossing_stops,
            without.outcome.audit->control.crossing_stops + 1);
  EXPECT_EQ(with.outcome.audit->split.crossing_stops,
            without.outcome.audit->split.crossing_stops);
}

TEST_P(AuditRunTest, ReadsAPortionThatIsNeverCalled) {
  TestPlan plan;
  AddIdleServer(plan, "idle");
  const Ran ran = Audit(plan, {"sign"}, "one\n");
  EXPECT_EQ(ran.exit_code, 0) << ran.error;
  ASSERT_TRUE(ran.outcome.audit.has_value()) << ran.error;
  EXPECT_EQ(ran.outcome.audit->split.exit_stops, 2u);
}

TEST_P(AuditRunTest, RefusesAProgramThatBecomesAnother) {
  const Ran ran = Audit(TestPlan(), {"run-itself"}, "");
  EXPECT_EQ(ran.exit_code, 125);
  EXPECT_THAT(ran.error, HasSubstr("ran another program"));
}

TEST_P(AuditRunTest, FailsWhereNothingIsCrossed) {
  const Ran ran = Audit(TestPlan(), {"status", "0"}, "");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.error, HasSubstr("no crossing was met"));
}

TEST_P(AuditRunTest, SaysThatAShortKeyIsUnreliable) {
  WriteFileFor("key", "short", 0600);
  const Ran ran = Audit(TestPlan(), {"sign"}, "one\n");
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_THAT(ran.error, HasSubstr("unreliable"));
}

TEST_P(AuditRunTest, SeesThatOutputsDiffer) {
  // The portions have other identities than the bare descriptors: 3 is open.
  const Ran ran = Audit(TestPlan(), {"descriptors"}, "");
  ASSERT_TRUE(ran.outcome.audit.has_value()) << ran.error;
  EXPECT_FALSE(ran.outcome.audit->identical_output);
}

INSTANTIATE_TEST_SUITE_P(As, AuditRunTest,
                         testing::Values(User::kRoot, User::kOrdinary),
                         UserName);

}  // namespace
}  // namespace bailey::executor
