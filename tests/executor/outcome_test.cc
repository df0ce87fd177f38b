#include "executor/outcome.h"

#include <gmock/gmock.h>

namespace bailey::executor {
namespace {

Outcome FullOutcome() {
  Outcome outcome;
  outcome.kind = OutcomeKind::kViolation;
  outcome.signal = 9;
  outcome.portion = "main";
  outcome.message = "a message";
  outcome.hint = "a hint";
  Denial denial;
  denial.portion = "main";
  denial.syscall = {257, 0xC000003E, 1, {UINT64_MAX, 2, 3, 4, 5, 6}};
  denial.action = "errno EPERM";
  denial.rule = {3, "deny syscall", "p.policy", 7};
  denial.path = "/etc/shadow";
  denial.credential = "key";
  denial.count = 2;
  outcome.denials = {denial};
  outcome.denials_omitted = 1;
  outcome.layers = {{"seccomp", true, "proved"}};
  outcome.notes = {"a note"};
  ScanSummary scan;
  scan.crossing_stops = 1;
  scan.windows_sought = 25;
  scan.windows_too_plain = 3;
  scan.windows_elsewhere = 4;
  scan.hits = {{"raw", 2}};
  scan.places = {"main: raw in [heap]"};
  outcome.scan = scan;
  Learned learned;
  learned.mode = LearnMode::kPermissive;
  learned.uses = {{{16, "allow syscall read", "p.policy", 2}, 4}};
  learned.calls = {{denial.syscall, denial.rule, 3}};
  learned.files = {{"/etc/passwd", true, false, 2}};
  learned.omitted = 1;
  outcome.learned = learned;
  outcome.audit = AuditReport{scan, scan, true, true, false, {"why"}};
  outcome.bundle_digest = "abc";
  outcome.output_bytes = 5;
  outcome.output_truncated = true;
  return outcome;
}

TEST(OutcomeTest, ReadsWhatItWrote) {
  const std::string text = WriteOutcome(FullOutcome());
  const auto parsed = ParseOutcome(text, "test");
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  EXPECT_EQ(WriteOutcome(*parsed), text);
  EXPECT_EQ(parsed->denials[0].syscall.arguments[0], UINT64_MAX);
  EXPECT_THAT(text, testing::HasSubstr("\"name\": \"openat\""));
  EXPECT_THAT(text, testing::HasSubstr("\"pathname\""));
  EXPECT_THAT(text, testing::HasSubstr("\"advisory\": true"));
  EXPECT_THAT(text, testing::HasSubstr("\"mode\": \"permissive\""));
}

TEST(OutcomeTest, RefusesWhatIsNoOutcome) {
  EXPECT_FALSE(ParseOutcome("", "test").ok());
  EXPECT_FALSE(ParseOutcome("{}", "test").ok());
  const std::string text = WriteOutcome(FullOutcome());
  for (size_t part = 1; part < 32; ++part) {
    EXPECT_FALSE(
        ParseOutcome(text.substr(0, text.size() * part / 32), "test").ok());
  }
}

TEST(OutcomeTest, ExitCodes) {
  Outcome outcome;
  EXPECT_EQ(ExitCode(outcome), 125);
  outcome.kind = OutcomeKind::kOk;
  outcome.status = 3;
  EXPECT_EQ(ExitCode(outcome), 3);
  outcome.audit = AuditReport{};
  EXPECT_EQ(ExitCode(outcome), 1);
  outcome.audit.reset();
  outcome.kind = OutcomeKind::kViolation;
  EXPECT_EQ(ExitCode(outcome), 126);
  outcome.kind = OutcomeKind::kCrashed;
  outcome.signal = 11;
  EXPECT_EQ(ExitCode(outcome), 139);
}

}  // namespace
}  // namespace bailey::executor
