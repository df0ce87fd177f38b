#include "analyzer/capture/tracer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/analyzer/scratch.h"

namespace bailey::analyzer {
namespace {

using ::testing::HasSubstr;

std::vector<ExecEvent> Trace(const std::string& script, int expected_status) {
  std::vector<ExecEvent> events;
  const auto status =
      TraceCommand({"/bin/sh", "-c", script},
                   [&](const ExecEvent& event) { events.push_back(event); });
  EXPECT_TRUE(status.ok()) << status.error().message;
  EXPECT_EQ(status.value_or(-1), expected_status);
  return events;
}

TEST(TracerTest, SeesDescendantsWithTheirFoldersAndAncestors) {
  const Scratch scratch;
  const auto events = Trace(
      "cd " + scratch.path() + "; sh -c '/bin/echo \"a b\" >/dev/null; :'; :",
      0);
  const auto echo = std::ranges::find_if(events, [](const ExecEvent& event) {
    return event.arguments[0] == "/bin/echo";
  });
  ASSERT_NE(echo, events.end());
  EXPECT_EQ(echo->arguments[1], "a b");
  EXPECT_EQ(echo->directory, scratch.path());
  ASSERT_EQ(echo->ancestors.size(), 2u);
  EXPECT_EQ(echo->ancestors[1], events[0].process);
}

TEST(TracerTest, PassesTheStatusOn) {
  Trace("exit 7", 7);
  Trace("kill -TERM $$", 128 + 15);
}

TEST(TracerTest, SignalsReachTheirHandlers) {
  Trace("trap 'exit 3' USR1; kill -USR1 $$; exit 4", 3);
}

// The shell stops a child, sees it stopped, and lets it go on. /proc shows any
// stop for the tracer in the same way, so the shell looks only once the child
// has said that nothing but its stop is left: a SIGCONT that came before the
// SIGSTOP would be lost.
TEST(TracerTest, StoppedProcessesStayStoppedUntilContinued) {
  const Scratch scratch;
  Trace(
      "cd " + scratch.path() +
          "; (me=$(exec sh -c 'echo $PPID'); echo > ready; kill -STOP $me; "
          "echo > went) & child=$!; "
          "until test -e ready && grep -q '^State:.[Tt]' /proc/$child/status; "
          "do :; done; "
          "test ! -e went || exit 8; kill -CONT $child; wait $child",
      0);
  EXPECT_TRUE(scratch.Has("went"));
}

TEST(TracerTest, WhatOutlivesTheCommandIsLetGo) {
  const Scratch scratch;
  Trace("(sleep 0.2; echo > " + scratch.At("late") + ") & exit 0", 0);
  for (int i = 0; i < 100 && !scratch.Has("late"); ++i) system("sleep 0.05");
  EXPECT_TRUE(scratch.Has("late"));
}

TEST(TracerTest, SaysWhichCommandCannotRun) {
  const auto status =
      TraceCommand({"/nonexistent/make"}, [](const ExecEvent&) {});
  ASSERT_FALSE(status.ok());
  EXPECT_THAT(status.error().message, HasSubstr("`/nonexistent/make`"));
  EXPECT_FALSE(TraceCommand({}, [](const ExecEvent&) {}).ok());
}

}  // namespace
}  // namespace bailey::analyzer
