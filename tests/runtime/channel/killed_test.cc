// Kills one side with SIGKILL at one step after another of a crossing, and
// looks at what the other does: it sleeps, which the agent ends (executor/), or
// has its answer. It never crashes, never keeps a processor busy, and never
// takes for an answer what is none.
//
// A step is where a function of the runtime begins or ends, the ones for single
// loads and stores included: the runtime is compiled here so that each calls
// one of the two hooks below.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "runtime/turn_end.h"
#include "tests/runtime/channel/portions.h"

namespace bailey {
namespace {

constexpr uint32_t kDouble = 1;
// More than two crossings have; ends a test that fails.
constexpr int kMostSteps = 5000;

// Steps that this process still takes; negative: without end.
int steps_left = -1;

void TakeStep() {
  if (steps_left < 0 || --steps_left >= 0) return;
  kill(getpid(), SIGKILL);
}

}  // namespace
}  // namespace bailey

extern "C" void __cyg_profile_func_enter(void*, void*) { bailey::TakeStep(); }
extern "C" void __cyg_profile_func_exit(void*, void*) { bailey::TakeStep(); }

namespace bailey {
namespace {

void Double(bailey_crossing* message) {
  long value;
  bailey_take_into(message, &value, sizeof value);
  void* result = bailey_reserve(message, sizeof value);
  if (!bailey_ready(message)) return;
  value *= 2;
  memcpy(result, &value, sizeof value);
}

long CallDouble(long value) {
  long result = 0;
  bailey_crossing* message = bailey_begin(0, kDouble, "double");
  bailey_put(message, &value, sizeof value);
  bailey_call(message);
  bailey_get(message, &result, sizeof result);
  bailey_end(message);
  return result;
}

// A child, killed at the end whatever it does.
class Child {
 public:
  template <typename Body>
  explicit Child(const Body& body) : pid_(fork()) {
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    body();
    _exit(0);
  }
  ~Child() {
    if (!has_ended_) kill(pid_, SIGKILL);
    while (!has_ended_) Wait(0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool HasEnded() const { return has_ended_; }
  bool Exited(int code) const {
    return has_ended_ && WIFEXITED(status_) && WEXITSTATUS(status_) == code;
  }
  bool WasKilled() const {
    return has_ended_ && WIFSIGNALED(status_) && WTERMSIG(status_) == SIGKILL;
  }

  // Its state and how often it has slept and been put off.
  std::vector<std::string> Status() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
    std::vector<std::string> values;
    std::string key;
    std::string value;
    while (file >> key && std::getline(file, value)) {
      if (key == "State:") values.push_back(value.substr(1, 1));
      if (key.find("ctxt_switches:") != key.npos) values.push_back(value);
    }
    return values;
  }

  void Wait(int options) {
    if (has_ended_) return;
    has_ended_ = waitpid(pid_, &status_, options) == pid_;
  }

 private:
  pid_t pid_;
  bool has_ended_ = false;
  int status_ = 0;
};

bool IsAtRest(const std::vector<std::string>& status) {
  return status.empty() || status.front() == "S" || status.front() == "Z";
}

// Until nothing happens any more: each has ended or sleeps, both at one time.
// The bound only ends a test that fails.
void Settle(Child& a, Child& b) {
  for (int i = 0; i < 20000; ++i) {
    const auto first = std::pair(a.Status(), b.Status());
    usleep(300);
    if (IsAtRest(first.first) && IsAtRest(first.second) &&
        first == std::pair(a.Status(), b.Status())) {
      a.Wait(WNOHANG);
      return b.Wait(WNOHANG);
    }
  }
  ADD_FAILURE() << "one keeps a processor busy";
}

void Serve(const Areas& areas, int steps) {
  static const bailey_service services[] = {{kDouble, "double", Double}};
  areas.Attach(0, BAILEY_SERVER);
  steps_left = steps;
  bailey_serve(services, 1);
}

// Twice: the second call is also one that finds a server that is not new.
void Ask(const Areas& areas, int steps) {
  areas.Attach(0, BAILEY_CLIENT);
  steps_left = steps;
  if (CallDouble(21) != 42 || CallDouble(4) != 8) _exit(1);
}

constexpr int kGaveUp = 7;

// The same where the program goes on without the other: a call that fails says
// so, with the errno that it is told, and so does the next.
void AskOrGiveUp(const Areas& areas) {
  areas.Attach(0, BAILEY_CLIENT);
  bool has_failed = false;
  for (const long value : {21L, 4L, 5L}) {
    long result = 0;
    bailey_crossing* message = bailey_begin(0, kDouble, "double");
    bailey_put(message, &value, sizeof value);
    if (bailey_try_call(message)) {
      bailey_get(message, &result, sizeof result);
      bailey_end(message);
      if (has_failed || result != 2 * value) _exit(1);
    } else {
      bailey_give_up(message, EOWNERDEAD);
      if (errno != EOWNERDEAD) _exit(2);
      has_failed = true;
    }
  }
  _exit(has_failed ? kGaveUp : 0);
}

// How two sides ended of which one takes so many steps.
enum class Killed { kYes, kNo };

Killed KillClientAfter(int steps) {
  Areas areas;
  Child server([&] { Serve(areas, -1); });
  Child client([&] { Ask(areas, steps); });
  Settle(server, client);
  EXPECT_FALSE(server.HasEnded()) << steps;
  EXPECT_TRUE(client.WasKilled() || client.Exited(0)) << steps;
  return client.WasKilled() ? Killed::kYes : Killed::kNo;
}

Killed KillServerAfter(int steps, int& answered) {
  Areas areas;
  Child server([&] { Serve(areas, steps); });
  Child client([&] { Ask(areas, -1); });
  Settle(server, client);
  if (client.HasEnded()) {
    EXPECT_TRUE(client.Exited(0)) << steps;
    ++answered;
  }
  if (server.WasKilled()) return Killed::kYes;
  EXPECT_TRUE(client.HasEnded() && !server.HasEnded()) << steps;
  return Killed::kNo;
}

// The mark is set when the server has ended, as the agent does.
Killed KillServerAndTellAfter(int steps, int& gave_up) {
  Areas areas;
  Child server([&] { Serve(areas, steps); });
  Child client([&] { AskOrGiveUp(areas); });
  for (int i = 0; i < 20000 && !server.HasEnded() && !client.HasEnded(); ++i) {
    server.Wait(WNOHANG);
    client.Wait(WNOHANG);
    usleep(100);
  }
  // A server may still be killed after its last answer.
  if (!server.HasEnded()) Settle(server, client);
  if (server.HasEnded()) bailey_turn_end(areas.Map(BAILEY_SERVER));
  for (int i = 0; i < 20000 && !client.HasEnded(); ++i) {
    client.Wait(WNOHANG);
    usleep(100);
  }
  EXPECT_TRUE(client.Exited(0) || client.Exited(kGaveUp)) << steps;
  if (client.Exited(kGaveUp)) ++gave_up;
  return server.WasKilled() ? Killed::kYes : Killed::kNo;
}

TEST(KilledTest, AServerThatIsKilledAnywhereIsGivenUpWhenThatIsTold) {
  int steps = 0;
  int gave_up = 0;
  while (steps < kMostSteps &&
         KillServerAndTellAfter(steps, gave_up) == Killed::kYes) {
    ASSERT_FALSE(HasFailure()) << steps;
    ++steps;
  }
  EXPECT_GT(steps, 100);
  EXPECT_LT(steps, kMostSteps);
  EXPECT_GT(gave_up, 100);
}

TEST(KilledTest, AClientThatIsKilledAnywhereLeavesTheServerAsleep) {
  int steps = 0;
  while (steps < kMostSteps && KillClientAfter(steps) == Killed::kYes) {
    ASSERT_FALSE(HasFailure()) << steps;
    ++steps;
  }
  EXPECT_GT(steps, 100);
  EXPECT_LT(steps, kMostSteps);
}

TEST(KilledTest, AServerThatIsKilledAnywhereLeavesTheClientAsleepOrAnswered) {
  int steps = 0;
  int answered = 0;
  while (steps < kMostSteps &&
         KillServerAfter(steps, answered) == Killed::kYes) {
    ASSERT_FALSE(HasFailure()) << steps;
    ++steps;
  }
  EXPECT_GT(steps, 100);
  EXPECT_LT(steps, kMostSteps);
  EXPECT_GT(answered, 0);
}

}  // namespace
}  // namespace bailey
