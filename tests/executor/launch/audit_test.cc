#include "executor/launch/audit.h"

#include <gtest/gtest.h>

namespace bailey::executor {
namespace {

ScanSummary Scan(uint64_t hits) {
  ScanSummary scan;
  scan.crossing_stops = 2;
  scan.exit_stops = 1;
  scan.bytes_scanned = 1000;
  scan.hits = {{"key raw", hits}};
  return scan;
}

TEST(JudgeAuditTest, PassesOnlyWithAControlThatFoundIt) {
  EXPECT_TRUE(JudgeAudit(Scan(0), Scan(1), true).passed);
  EXPECT_FALSE(JudgeAudit(Scan(0), Scan(0), true).passed);
  EXPECT_FALSE(JudgeAudit(Scan(1), Scan(1), true).passed);
  EXPECT_FALSE(JudgeAudit(Scan(0), Scan(1), false).passed);
}

TEST(JudgeAuditTest, WantsItsStopsAndALongKey) {
  ScanSummary scan = Scan(0);
  scan.crossing_stops = 0;
  EXPECT_FALSE(JudgeAudit(scan, Scan(1), true).passed);
  scan = Scan(0);
  scan.exit_stops = 0;
  EXPECT_FALSE(JudgeAudit(scan, Scan(1), true).passed);
  scan = Scan(0);
  scan.reliable = false;
  EXPECT_FALSE(JudgeAudit(scan, Scan(1), true).passed);
}

}  // namespace
}  // namespace bailey::executor
