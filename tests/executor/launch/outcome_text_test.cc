#include "executor/launch/outcome_text.h"

#include <gmock/gmock.h>

namespace bailey::executor {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(OutcomeTextTest, ShowsADenialWithItsArgumentsAndRule) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kOk;
  Denial denial;
  denial.portion = "main";
  denial.syscall = {41, 0xC000003E, 0, {2, 0x80001, 0, 0, 0, 0}};
  denial.action = "errno EPERM";
  denial.rule = {1, "deny syscall socket", "p.policy", 12};
  denial.count = 3;
  outcome.denials = {denial};
  const std::string text = OutcomeText(outcome, false);
  EXPECT_THAT(text, HasSubstr("denied in `main`: socket("));
  EXPECT_THAT(text, HasSubstr("=AF_INET, type=SOCK_STREAM | SOCK_CLOEXEC"));
  EXPECT_THAT(text, HasSubstr("errno EPERM, 3 times"));
  EXPECT_THAT(text, HasSubstr("by `deny syscall socket` (p.policy:12)"));
  EXPECT_EQ(OutcomeText(outcome, true), "");
}

TEST(OutcomeTextTest, ANumberWithoutANameIsShown) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kOk;
  Denial denial;
  denial.syscall = {9999, 0xC000003E, 0, {}};
  outcome.denials = {denial};
  EXPECT_THAT(OutcomeText(outcome, false), HasSubstr("syscall 9999"));
}

TEST(OutcomeTextTest, APathCannotDriveTheTerminal) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kOk;
  Denial denial;
  denial.path = "/tmp/\x1b[2J\n\xc2\x9b";
  denial.rule.text = "no file rule allows `" + denial.path + "`";
  outcome.denials = {denial};
  const std::string text = OutcomeText(outcome, false);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\x9b")));
  EXPECT_THAT(text, HasSubstr("/tmp/\\x1b[2J\\x0a"));
}

// Rules and names are a bundle's, whoever made it.
TEST(OutcomeTextTest, ABundleCannotDriveTheTerminal) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kFailed;
  outcome.message = "`allow read \"/a\x1b[2J\"`";
  outcome.notes = {"main: \x1b[2J"};
  Denial denial;
  denial.rule = {1, "deny", "\x1b[2J.policy", 12};
  outcome.denials = {denial};
  const std::string text = OutcomeText(outcome, false);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, HasSubstr("/a\\x1b[2J"));
}

TEST(OutcomeTextTest, PermissiveLearningIsLoudEvenIfQuiet) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kOk;
  outcome.learned = Learned{};
  EXPECT_EQ(OutcomeText(outcome, true), "");
  outcome.learned->mode = LearnMode::kPermissive;
  EXPECT_THAT(OutcomeText(outcome, true), HasSubstr("PERMISSIVE"));
}

TEST(OutcomeTextTest, AFailureHasItsHintEvenIfQuiet) {
  const std::string text =
      OutcomeText(FailedOutcome({"it broke", "mend it"}), true);
  EXPECT_THAT(text, HasSubstr("error: it broke"));
  EXPECT_THAT(text, HasSubstr("hint: mend it"));
}

TEST(OutcomeTextTest, MissingLayersStandApart) {
  Outcome outcome;
  outcome.kind = OutcomeKind::kOk;
  outcome.layers = {{"seccomp", true, ""}, {"landlock", false, "not here"}};
  const std::string text = OutcomeText(outcome, false);
  EXPECT_THAT(text, HasSubstr("layers in force: seccomp\n"));
  EXPECT_THAT(text, HasSubstr("layer missing: landlock: not here\n"));
}

}  // namespace
}  // namespace bailey::executor
