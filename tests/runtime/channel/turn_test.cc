#include "runtime/turn.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <ctime>
#include <thread>
#include <vector>

namespace bailey {
namespace {

constexpr uint32_t kTurns = 20000;

std::vector<int> AllowedProcessors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  std::vector<int> processors;
  for (int i = 0; i < CPU_SETSIZE; ++i) {
    if (CPU_ISSET(i, &set)) processors.push_back(i);
  }
  return processors;
}

// Keeps this thread on a processor for a while.
class Pinned {
 public:
  explicit Pinned(int processor) {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    sched_setaffinity(0, sizeof set, &set);
  }
  ~Pinned() { sched_setaffinity(0, sizeof before_, &before_); }
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 private:
  cpu_set_t before_;
};

// Of this thread, user and system.
double ProcessorSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
}

struct alignas(64) Area : bailey_area_header {};

struct Pair {
  Area client = {};
  Area server = {};
};

// The server's answers, each a turn later than its request.
void Answer(Pair& pair) {
  bailey_waiting waiting = {};
  for (uint32_t i = 0; i < kTurns; ++i) {
    const uint32_t seen =
        bailey_turn_await(&waiting, &pair.server, &pair.client, i, 0);
    pair.server.length = pair.client.length + seen;
    bailey_turn_give(&pair.server, &pair.client, seen);
  }
}

// How many answers were wrong.
int Ask(Pair& pair, uint32_t busy_every) {
  bailey_waiting waiting = {};
  int wrong = 0;
  for (uint32_t i = 1; i <= kTurns; ++i) {
    // Now the peer has gone to sleep, now it has not, now it is about to.
    if (busy_every != 0 && i % busy_every == 0) usleep(i % 70);
    pair.client.length = 3 * i;
    bailey_turn_give(&pair.client, &pair.server, i);
    bailey_turn_await(&waiting, &pair.client, &pair.server, i, 1);
    if (pair.server.length != 4 * i) ++wrong;
  }
  return wrong;
}

// A lost wake-up would let it run into the test's time limit.
int TakeTurns(int client_processor, int server_processor, uint32_t busy_every) {
  Pair pair;
  std::thread server([&] {
    const Pinned pinned(server_processor);
    Answer(pair);
  });
  const Pinned pinned(client_processor);
  const int wrong = Ask(pair, busy_every);
  server.join();
  return wrong;
}

TEST(TurnTest, BothOnOneProcessorTakeTurns) {
  const int one = AllowedProcessors().front();
  EXPECT_EQ(TakeTurns(one, one, 0), 0);
  EXPECT_EQ(TakeTurns(one, one, 101), 0);
}

TEST(TurnTest, OnTwoProcessorsTheyTakeTurns) {
  const std::vector<int> all = AllowedProcessors();
  if (all.size() < 2) GTEST_SKIP() << "there is one processor";
  EXPECT_EQ(TakeTurns(all.front(), all.back(), 0), 0);
  EXPECT_EQ(TakeTurns(all.front(), all.back(), 17), 0);
}

TEST(TurnTest, WanderingTheyTakeTurns) {
  Pair pair;
  std::thread server([&] { Answer(pair); });
  EXPECT_EQ(Ask(pair, 13), 0);
  server.join();
}

// Waits for a peer that says that it is on `processor`, and that gives the turn
// only when this side has been asleep for long.
bailey_waiting WaitForSlowPeer(int processor, bailey_waiting waiting = {}) {
  Area own = {};
  Area peer = {};
  peer.processor = processor;
  std::thread other([&] {
    while (__atomic_load_n(&own.is_waiting, __ATOMIC_SEQ_CST) == 0) usleep(100);
    bailey_turn_give(&peer, &own, 1);
  });
  bailey_turn_await(&waiting, &own, &peer, 1, 1);
  other.join();
  EXPECT_EQ(own.is_waiting, 0u);
  return waiting;
}

TEST(TurnTest, NobodyLooksOnASharedProcessor) {
  const int one = AllowedProcessors().front();
  const Pinned pinned(one);
  EXPECT_EQ(WaitForSlowPeer(one).vain, 0u);
}

TEST(TurnTest, NobodyLooksForAPeerThatSaysNowhere) {
  EXPECT_EQ(WaitForSlowPeer(-1).vain, 0u);
  EXPECT_EQ(WaitForSlowPeer(INT_MIN).vain, 0u);
}

TEST(TurnTest, VainLooksBecomeRarer) {
  bailey_waiting waiting = {};
  uint32_t looks = 0;
  for (int i = 0; i < 200; ++i) {
    const uint32_t skip = waiting.skip;
    waiting = WaitForSlowPeer(INT_MAX, waiting);
    if (skip == 0) ++looks;
    ASSERT_LE(waiting.vain, BAILEY_MAX_VAIN);
  }
  // After 1, 3, 7, 15, 31 and 63 waits that slept at once.
  EXPECT_EQ(looks, 8u);
}

// Answers each request a little later, well within the time of a look, and says
// that it is where nobody else is.
void AnswerSoon(Area& peer, const Area& own, uint32_t requests) {
  for (uint32_t i = 1; i <= requests; ++i) {
    while (__atomic_load_n(&own.sequence, __ATOMIC_ACQUIRE) != i) sched_yield();
    for (volatile int pause = 0; pause < 500;) pause = pause + 1;
    bailey_turn_give(&peer, &own, i);
    __atomic_store_n(&peer.processor, INT_MAX, __ATOMIC_RELEASE);
  }
}

TEST(TurnTest, ALookThatPaysIsRepeated) {
  const std::vector<int> all = AllowedProcessors();
  if (all.size() < 2) GTEST_SKIP() << "there is one processor";
  Area own = {};
  Area peer = {};
  peer.processor = INT_MAX;
  // A machine that is busy may put the peer off, most times but not always.
  constexpr uint32_t kRequests = 3000;
  std::thread other([&] {
    const Pinned pinned(all.back());
    AnswerSoon(peer, own, kRequests);
  });
  const Pinned pinned(all.front());
  bool has_paid = false;
  for (uint32_t i = 1; i <= kRequests; ++i) {
    bailey_waiting waiting = {BAILEY_MAX_VAIN, 0};
    bailey_turn_give(&own, &peer, i);
    bailey_turn_await(&waiting, &own, &peer, i, 1);
    has_paid |= waiting.vain == 0;
  }
  other.join();
  EXPECT_TRUE(has_paid);
}

// Whatever a peer says, it costs a bounded time; then this side sleeps.
TEST(TurnTest, ASilentPeerCostsNothing) {
  for (const int processor : {0, 1, INT_MAX, -1}) {
    Area own = {};
    Area peer = {};
    peer.processor = processor;
    peer.is_waiting = ~0u;
    std::thread other([&] {
      usleep(200000);
      bailey_turn_give(&peer, &own, 1);
    });
    bailey_waiting waiting = {};
    const double before = ProcessorSeconds();
    bailey_turn_await(&waiting, &own, &peer, 1, 1);
    EXPECT_LT(ProcessorSeconds() - before, 0.02) << processor;
    other.join();
  }
}

}  // namespace
}  // namespace bailey
