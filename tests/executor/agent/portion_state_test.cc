#include "executor/agent/portion_state.h"

#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bailey::executor {
namespace {

constexpr const char* kPeer = "futex_do_wait";

TEST(PortionStateTest, TheOneThatDoesNotWaitIsWaitedFor) {
  EXPECT_EQ(WaitedFor({{"signer", "sys_pause"}, {"main", kPeer}}), "signer");
  EXPECT_EQ(WaitedFor({{"signer", kPeer}, {"main", ""}}), "main");
}

TEST(PortionStateTest, WhereSeveralCouldBeItNobodyIsNamed) {
  EXPECT_EQ(WaitedFor({{"signer", ""}, {"main", ""}}), "");
  EXPECT_EQ(WaitedFor({{"signer", kPeer}, {"main", kPeer}}), "");
  EXPECT_EQ(WaitedFor({}), "");
}

TEST(PortionStateTest, SaysWhatEachDid) {
  EXPECT_EQ(DescribeStates({{"a", "sys_pause"}, {"b", ""}}),
            "`a` waited in sys_pause, `b` was running");
}

TEST(PortionStateTest, ReadsWhereAProcessSleeps) {
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  std::string place;
  for (int tries = 0; tries < 1000 && place.empty(); ++tries) {
    place = WaitsIn(child);
    if (place.empty()) usleep(1000);
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_THAT(place, testing::HasSubstr("pause"));
  EXPECT_EQ(WaitsIn(child), "");
}

}  // namespace
}  // namespace bailey::executor
