#include "executor/launch/audit.h"

#include <gtest/gtest.h>

namespace bailey::executor {
namespace {

Outcome Ended(uint64_t hits) {
  Outcome run;
  run.kind = OutcomeKind::kOk;
  ScanSummary& scan = run.scan.emplace();
  scan.crossing_stops = 2;
  scan.exit_stops = 1;
  scan.bytes_scanned = 1000;
  scan.hits = {{"key raw", hits}, {"key hex", 0}};
  return run;
}

TEST(JudgeAuditTest, PassesOnlyWithAControlThatFoundIt) {
  EXPECT_TRUE(JudgeAudit(Ended(0), Ended(1), true).passed);
  EXPECT_FALSE(JudgeAudit(Ended(0), Ended(0), true).passed);
  EXPECT_FALSE(JudgeAudit(Ended(1), Ended(1), true).passed);
  EXPECT_FALSE(JudgeAudit(Ended(0), Ended(1), false).passed);
}

// Two credentials of which the control shows one: nothing is said of the other.
TEST(JudgeAuditTest, WantsEachCredentialInTheControl) {
  Outcome control = Ended(1);
  control.scan->hits.push_back({"other raw", 0});
  EXPECT_FALSE(JudgeAudit(Ended(0), control, true).passed);
  control.scan->hits.push_back({"other hex", 1});
  EXPECT_TRUE(JudgeAudit(Ended(0), control, true).passed);
}

TEST(JudgeAuditTest, MostPartsOfACredentialAreEnoughForTheControl) {
  Outcome control = Ended(1);
  control.scan->hits.push_back({"other raw", 0});
  control.scan->hits.push_back({"other window", 40, 10, 4});
  EXPECT_FALSE(JudgeAudit(Ended(0), control, true).passed);
  control.scan->hits.back().parts_found = 5;
  EXPECT_TRUE(JudgeAudit(Ended(0), control, true).passed);
  control.scan->hits.back() = {"other window", 0, 0, 0};
  EXPECT_FALSE(JudgeAudit(Ended(0), control, true).passed);
}

// One change to the split run that must not pass.
void ExpectFails(void (*change)(Outcome&)) {
  Outcome split = Ended(0);
  change(split);
  EXPECT_FALSE(JudgeAudit(split, Ended(1), true).passed);
}

TEST(JudgeAuditTest, WantsItsStopsAndALongKey) {
  ExpectFails([](Outcome& run) { run.scan->crossing_stops = 0; });
  ExpectFails([](Outcome& run) { run.scan->exit_stops = 0; });
  ExpectFails([](Outcome& run) { run.scan->bytes_unread = 4096; });
  ExpectFails([](Outcome& run) { run.scan->reliable = false; });
  ExpectFails([](Outcome& run) { run.scan.reset(); });
}

TEST(JudgeAuditTest, WantsBothToEndAlike) {
  ExpectFails([](Outcome& run) { run.kind = OutcomeKind::kCrashed; });
  ExpectFails([](Outcome& run) { run.status = 1; });
  ExpectFails([](Outcome& run) { run.output_truncated = true; });
}

}  // namespace
}  // namespace bailey::executor
