// A server that is not the runtime's: it writes its area by hand, and what it
// writes is wrong. The client must abort with its reason or wait; it must not
// take what is not in the reply.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <cstring>
#include <functional>
#include <random>
#include <string>
#include <thread>

#include "tests/runtime/channel/portions.h"

namespace bailey {
namespace {

using ::testing::HasSubstr;

constexpr uint32_t kFunction = 1;
constexpr uint32_t kCapacity = kAreaBytes - BAILEY_HEADER_BYTES;

// Calls `long f(void)`.
long Call() {
  long result = 0;
  bailey_crossing* message = bailey_begin(0, kFunction, "f");
  bailey_call(message);
  bailey_get(message, &result, sizeof result);
  bailey_end(message);
  return result;
}

class HostileServerTest : public ::testing::Test {
 protected:
  // What becomes of a client whose request `answer` answers.
  Ended Run(
      const std::function<void(uint32_t)>& answer,
      const std::function<int()>& body = [] { return Call() == 42 ? 0 : 1; }) {
    std::thread server([&] {
      uint32_t request;
      while ((request =
                  __atomic_load_n(&client_->sequence, __ATOMIC_ACQUIRE)) == 0) {
        usleep(50);
      }
      answer(request);
    });
    const Ended ended = RunInChild([&] {
      areas_.Attach(0, BAILEY_CLIENT);
      return body();
    });
    __atomic_store_n(&client_->sequence, ~0u, __ATOMIC_RELEASE);
    server.join();
    return ended;
  }

  void Reply(uint32_t sequence, uint32_t length, uint32_t status = BAILEY_OK,
             uint32_t function = kFunction) {
    const long answer = 42;
    memcpy(Payload(), &answer, sizeof answer);
    server_->length = length;
    server_->status = status;
    server_->function = function;
    Publish(sequence);
  }

  void Publish(uint32_t sequence) {
    __atomic_store_n(&server_->sequence, sequence, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &server_->sequence, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  }

  char* Payload() {
    return reinterpret_cast<char*>(server_) + BAILEY_HEADER_BYTES;
  }

  Areas areas_;
  bailey_area_header* client_ = areas_.Map(BAILEY_CLIENT);
  bailey_area_header* server_ = areas_.Map(BAILEY_SERVER);
};

TEST_F(HostileServerTest, AWellFormedReplyIsTaken) {
  EXPECT_TRUE(Run([&](uint32_t n) { Reply(n, sizeof(long)); }).Exited(0));
}

TEST_F(HostileServerTest, LengthsThatAreWrongAbort) {
  for (const uint32_t length :
       {0u, 7u, 9u, kCapacity, kCapacity + 1, kAreaBytes, 0x7fffffffu,
        0x80000000u, ~0u - BAILEY_HEADER_BYTES + 1, ~0u}) {
    server_->sequence = client_->sequence = 0;
    const Ended ended = Run([&](uint32_t n) { Reply(n, length); });
    EXPECT_TRUE(ended.Aborted()) << length;
    EXPECT_THAT(ended.errors, HasSubstr("crossing `f`: the reply is malformed"))
        << length;
  }
}

TEST_F(HostileServerTest, AnotherFunctionsReplyAborts) {
  for (const uint32_t function : {0u, 2u, ~0u}) {
    server_->sequence = client_->sequence = 0;
    const Ended ended =
        Run([&](uint32_t n) { Reply(n, sizeof(long), BAILEY_OK, function); });
    EXPECT_TRUE(ended.Aborted()) << function;
    EXPECT_THAT(ended.errors, HasSubstr("the reply is malformed"));
  }
}

TEST_F(HostileServerTest, StatusesThatDoNotExistAbort) {
  for (const uint32_t status : {7u, 0x80000000u, ~0u}) {
    server_->sequence = client_->sequence = 0;
    const Ended ended =
        Run([&](uint32_t n) { Reply(n, sizeof(long), status); });
    EXPECT_TRUE(ended.Aborted()) << status;
    EXPECT_THAT(ended.errors, HasSubstr("the other portion refused"));
  }
}

TEST_F(HostileServerTest, ARefusalSaysWhatIsWrongWithHandles) {
  const std::pair<uint32_t, const char*> kSaid[] = {
      {BAILEY_NO_HANDLES, "as many handles as it can"},
      {BAILEY_SAME_HANDLE, "one object is passed for two parameters"}};
  for (const auto& [status, said] : kSaid) {
    server_->sequence = client_->sequence = 0;
    const Ended ended =
        Run([&, code = status](uint32_t n) { Reply(n, 0, code); });
    EXPECT_TRUE(ended.Aborted()) << status;
    EXPECT_THAT(ended.errors, HasSubstr(said));
  }
}

// Only the request's own number is its answer.
TEST_F(HostileServerTest, OtherNumbersAnswerNothing) {
  const Ended ended = Run([&](uint32_t n) {
    std::mt19937 random(7);
    for (int i = 0; i < 3000; ++i) {
      const auto number = static_cast<uint32_t>(random());
      if (number != n) Reply(number, 3, BAILEY_MALFORMED, 9);
    }
    for (const uint32_t number : {0u, n - 1, n + 1, ~n, n + 0x80000000u}) {
      Reply(number, ~0u);
      usleep(1000);
    }
    // Not until the right reply is whole.
    server_->sequence = 0;
    Reply(n, sizeof(long));
  });
  EXPECT_TRUE(ended.Exited(0)) << ended.errors;
}

// What it says of itself decides how the client waits, and nothing else.
TEST_F(HostileServerTest, FlagsThatLieAreSurvived) {
  for (const int processor : {INT_MIN, -1, 0, 1, INT_MAX}) {
    for (const uint32_t is_waiting : {0u, 1u, ~0u}) {
      server_->sequence = client_->sequence = 0;
      server_->processor = processor;
      server_->is_waiting = is_waiting;
      const Ended ended = Run([&](uint32_t n) {
        usleep(1000);
        Reply(n, sizeof(long));
      });
      EXPECT_TRUE(ended.Exited(0)) << ended.errors;
    }
  }
}

// The length is looked at once: what it becomes later reads nothing else.
TEST_F(HostileServerTest, ALengthThatChangesIsWholeOrRefused) {
  std::atomic<bool> is_done = false;
  std::thread changer([&] {
    for (uint32_t i = 0; !is_done; ++i) {
      __atomic_store_n(&server_->length, i % 2 == 0 ? ~0u : 8u,
                       __ATOMIC_RELAXED);
    }
  });
  int answered = 0;
  for (int i = 0; i < 60; ++i) {
    server_->sequence = client_->sequence = 0;
    const Ended ended = Run([&](uint32_t n) { Reply(n, sizeof(long)); });
    answered += ended.Exited(0);
    EXPECT_TRUE(ended.Exited(0) || ended.Aborted()) << ended.status;
  }
  is_done = true;
  changer.join();
  EXPECT_GT(answered, 0);
}

// A reply that is there before the request is one that the server makes up: it
// could as well send it after.
TEST_F(HostileServerTest, AReplyBeforeItsRequestIsWhateverItSays) {
  Reply(1, sizeof(long));
  const Ended ended = RunInChild([&] {
    areas_.Attach(0, BAILEY_CLIENT);
    return Call() == 42 ? 0 : 1;
  });
  EXPECT_TRUE(ended.Exited(0)) << ended.errors;
}

}  // namespace
}  // namespace bailey
