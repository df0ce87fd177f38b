// A client that is not the runtime's: it writes its area by hand, and what it
// writes is wrong. The server must refuse or answer, and go on.

#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/runtime/channel/portions.h"

namespace bailey {
namespace {

enum : uint32_t { kCount = 1, kText, kBytes, kStable, kSecret };

// How often it was called, this time included.
void Count(bailey_crossing* message) {
  static int calls = 0;
  void* answer = bailey_reserve(message, sizeof calls);
  if (!bailey_ready(message)) return;
  ++calls;
  memcpy(answer, &calls, sizeof calls);
}

void Text(bailey_crossing* message) {
  const char* text = bailey_take_string(message);
  if (bailey_ready(message) && text != nullptr) {
    bailey_reserve_copy(message, text, strlen(text));
  }
}

// What generated code does for `long f(const long* p, long n)`.
void Bytes(bailey_crossing* message) {
  long count;
  bailey_take_into(message, &count, sizeof count);
  const size_t size = bailey_bytes(
      message, count < 0, static_cast<unsigned long>(count), sizeof(long));
  const void* values = nullptr;
  if (bailey_take_buffer(message, static_cast<unsigned long>(count))) {
    values = bailey_take(message, size);
  }
  void* sum = bailey_reserve(message, sizeof(long));
  if (!bailey_ready(message)) return;
  unsigned long total = 0;
  for (long i = 0; i < count; ++i) {
    total += static_cast<const unsigned long*>(values)[i];
  }
  memcpy(sum, &total, sizeof total);
}

// Whether the request stays what it is while it is looked at.
void Stable(bailey_crossing* message) {
  const size_t size = kAreaBytes - BAILEY_HEADER_BYTES;
  const void* bytes = bailey_take(message, size);
  void* answer = bailey_reserve(message, 1);
  if (!bailey_ready(message)) return;
  std::string first(static_cast<const char*>(bytes), size);
  for (int i = 0; i < 20; ++i) {
    if (memcmp(first.data(), bytes, size) != 0) return;
  }
  memset(answer, 1, 1);
}

const std::string& Canary() {
  static const std::string canary = "canary-5f1c9a72e0";
  return canary;
}

// Four canaries for each one of what the request says.
void Secret(bailey_crossing* message) {
  const auto* count =
      static_cast<const unsigned char*>(bailey_take(message, 1));
  for (int i = 0; count != nullptr && i < 4 * *count; ++i) {
    bailey_reserve_copy(message, Canary().data(), Canary().size());
  }
  bailey_ready(message);
}

struct Reply {
  uint32_t status;
  std::string payload;
};

class HostileClientTest : public ::testing::Test {
 protected:
  // Publishes whatever the area holds as `sequence` and waits for the answer.
  std::optional<Reply> Publish(uint32_t sequence) {
    sequence_ = sequence;
    __atomic_store_n(&own_->sequence, sequence, __ATOMIC_RELEASE);
    syscall(SYS_futex, &own_->sequence, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    // The bound only ends a failing test: an answer takes microseconds.
    for (int i = 0; i < 20000 && server_.IsAlive(); ++i) {
      if (__atomic_load_n(&peer_->sequence, __ATOMIC_ACQUIRE) == sequence) {
        return ReadReply();
      }
      usleep(i < 100 ? 20 : 1000);
    }
    return std::nullopt;
  }

  Reply ReadReply() const {
    const uint32_t size =
        std::min(peer_->length, kAreaBytes - BAILEY_HEADER_BYTES);
    return {peer_->status, std::string(PayloadOf(peer_), size)};
  }

  std::optional<Reply> Send(uint32_t function, const std::string& payload) {
    return SendAs(function, payload, static_cast<uint32_t>(payload.size()));
  }

  std::optional<Reply> SendAs(uint32_t function, const std::string& payload,
                              uint32_t length) {
    own_->function = function;
    own_->length = length;
    memcpy(PayloadOf(own_), payload.data(), payload.size());
    return Publish(sequence_ + 1);
  }

  uint32_t StatusOf(const std::optional<Reply>& reply) {
    EXPECT_TRUE(reply.has_value()) << "the server is gone";
    return reply ? reply->status : ~0u;
  }

  static char* PayloadOf(bailey_area_header* area) {
    return reinterpret_cast<char*>(area) + BAILEY_HEADER_BYTES;
  }

  static std::string Pack(long value) {
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
  }

  // A count and whether the buffer is there, with the padding before its items.
  static std::string PackCount(long count, bool is_present) {
    std::string items = Pack(count) + std::string(1, is_present ? '\1' : '\0');
    if (is_present && count > 0) items.resize(16);
    return items;
  }

  static std::string PackText(uint32_t size, const std::string& bytes) {
    std::string item(1, '\1');
    item.resize(4);
    item.append(reinterpret_cast<const char*>(&size), sizeof size);
    const size_t alignment = size >= 16 ? 16 : size >= 8 ? 8 : 1;
    item.resize((item.size() + alignment - 1) / alignment * alignment);
    return item + bytes;
  }

  // Canaries in the whole of an area, whatever its header says.
  static int CanariesIn(const bailey_area_header* area) {
    const std::string_view bytes(reinterpret_cast<const char*>(area),
                                 kAreaBytes);
    int count = 0;
    for (size_t at = 0; (at = bytes.find(Canary(), at)) != bytes.npos; ++at) {
      ++count;
    }
    return count;
  }

  // How many calls the server has made, with this one.
  int Calls() {
    const auto reply = Send(kCount, "");
    EXPECT_EQ(StatusOf(reply), BAILEY_OK);
    int calls = 0;
    if (reply && reply->payload.size() == sizeof calls) {
      memcpy(&calls, reply->payload.data(), sizeof calls);
    }
    return calls;
  }

  Areas areas_;
  bailey_area_header* own_ = areas_.Map(BAILEY_CLIENT);
  bailey_area_header* peer_ = areas_.Map(BAILEY_SERVER);
  uint32_t sequence_ = 0;
  ServerProcess server_{areas_,
                        {{kCount, "count", Count},
                         {kText, "text", Text},
                         {kBytes, "bytes", Bytes},
                         {kStable, "stable", Stable},
                         {kSecret, "secret", Secret}}};
};

TEST_F(HostileClientTest, WellFormedRequestsAreAnswered) {
  EXPECT_EQ(Calls(), 1);
  const auto text = Send(kText, PackText(4, std::string("abc\0", 4)));
  EXPECT_EQ(StatusOf(text), BAILEY_OK);
  EXPECT_EQ(text->payload, "abc");
  const auto sum = Send(kBytes, PackCount(2, true) + Pack(40) + Pack(2));
  ASSERT_EQ(StatusOf(sum), BAILEY_OK);
  EXPECT_EQ(sum->payload, Pack(42));
}

TEST_F(HostileClientTest, UnknownFunctionsAreRefused) {
  for (const uint32_t id : {0u, 6u, 0x80000000u, ~0u}) {
    EXPECT_EQ(StatusOf(Send(id, "")), BAILEY_UNKNOWN_FUNCTION);
  }
  EXPECT_EQ(Calls(), 1);
}

TEST_F(HostileClientTest, LengthsPastTheAreaAreRefused) {
  for (const uint32_t length : {kAreaBytes - BAILEY_HEADER_BYTES + 1,
                                kAreaBytes, 0x7fffffffu, 0x80000000u, ~0u}) {
    EXPECT_EQ(StatusOf(SendAs(kCount, "", length)), BAILEY_TOO_LARGE);
  }
  EXPECT_EQ(Calls(), 1);
}

TEST_F(HostileClientTest, ShortAndLongRequestsAreRefused) {
  EXPECT_EQ(StatusOf(Send(kCount, "x")), BAILEY_MALFORMED);
  EXPECT_EQ(StatusOf(Send(kBytes, "")), BAILEY_MALFORMED);
  EXPECT_EQ(StatusOf(Send(kBytes, Pack(1))), BAILEY_MALFORMED);
  EXPECT_EQ(StatusOf(Send(kBytes, Pack(0) + Pack(0))), BAILEY_MALFORMED);
  EXPECT_EQ(StatusOf(Send(kBytes, PackCount(2, true) + Pack(0))),
            BAILEY_MALFORMED);
  EXPECT_EQ(Calls(), 1);
}

TEST_F(HostileClientTest, CountsThatCannotBeAreRefused) {
  for (const long count : {-1l, -0x7fffffffffffffffl - 1, 0x7fffffffffffffffl,
                           0x2000000000000001l, 0x100000000l, 4096l}) {
    const uint32_t status = StatusOf(Send(kBytes, Pack(count)));
    EXPECT_TRUE(status == BAILEY_TOO_LARGE || status == BAILEY_MALFORMED)
        << count << " " << status;
  }
  EXPECT_EQ(Calls(), 1);
}

// Else the function would index from null as far as the client likes.
TEST_F(HostileClientTest, ACountWithoutABufferIsRefused) {
  EXPECT_EQ(StatusOf(Send(kBytes, PackCount(0, false))), BAILEY_OK);
  for (const long count : {1l, 100l, 0x7fff00000000l, -1l}) {
    const uint32_t status = StatusOf(Send(kBytes, PackCount(count, false)));
    EXPECT_TRUE(status == BAILEY_TOO_LARGE || status == BAILEY_MALFORMED)
        << count << " " << status;
  }
  EXPECT_EQ(Calls(), 1);
}

// Waking such a waiter fails; that must hurt nobody but the waiter.
TEST_F(HostileClientTest, AWaiterThatCannotBeWokenIsSurvived) {
  static uint32_t target = 0;
  const uint32_t seen = __atomic_load_n(&peer_->sequence, __ATOMIC_ACQUIRE);
  std::thread waiter([&] {
    const timespec timeout = {2, 0};
    timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout.tv_sec;
    syscall(SYS_futex, &peer_->sequence, FUTEX_WAIT_REQUEUE_PI, seen, &until,
            &target, 0);
  });
  usleep(100000);
  EXPECT_EQ(Calls(), 1);
  EXPECT_EQ(Calls(), 2);
  waiter.join();
  EXPECT_TRUE(server_.IsAlive());
}

TEST_F(HostileClientTest, TextsThatAreNoneAreRefused) {
  EXPECT_EQ(StatusOf(Send(kText, PackText(0, ""))), BAILEY_MALFORMED);
  EXPECT_EQ(StatusOf(Send(kText, PackText(3, "abc"))), BAILEY_MALFORMED);
  EXPECT_EQ(StatusOf(Send(kText, PackText(4, std::string("a\0b\0", 4)))),
            BAILEY_MALFORMED);
  EXPECT_EQ(StatusOf(Send(kText, PackText(~0u, "abc"))), BAILEY_MALFORMED);
  EXPECT_EQ(StatusOf(Send(kText, "\2")), BAILEY_MALFORMED);
  EXPECT_EQ(StatusOf(Send(kText, "")), BAILEY_MALFORMED);
  EXPECT_EQ(Calls(), 1);
}

TEST_F(HostileClientTest, ARequestOutOfTurnIsRefusedAndDoesNothing) {
  EXPECT_EQ(Calls(), 1);
  own_->function = kCount;
  own_->length = 0;
  for (const uint32_t sequence : {sequence_ + 2, 1u, 0x80000000u, 7u, ~0u}) {
    EXPECT_EQ(StatusOf(Publish(sequence)), BAILEY_BAD_SEQUENCE);
  }
  EXPECT_EQ(Calls(), 2);
}

TEST_F(HostileClientTest, ARequestIsNotAnsweredTwice) {
  EXPECT_EQ(Calls(), 1);
  for (int i = 0; i < 50; ++i) {
    syscall(SYS_futex, &own_->sequence, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  }
  EXPECT_EQ(Calls(), 2);
}

// The client cannot make the server believe that all is well so far.
TEST_F(HostileClientTest, TheClientsStatusCountsForNothing) {
  for (const uint32_t status : {1u, 3u, ~0u}) {
    own_->status = status;
    EXPECT_EQ(StatusOf(Send(kCount, "")), BAILEY_OK);
  }
}

TEST_F(HostileClientTest, GarbageIsSurvived) {
  std::mt19937 random(20160804);
  for (int i = 0; i < 3000; ++i) {
    uint32_t words[64];
    for (uint32_t& word : words) {
      word = random() % 4 == 0 ? random() : random() % 32;
    }
    own_->status = words[0];
    own_->error = static_cast<int32_t>(words[1]);
    const std::string bytes(reinterpret_cast<char*>(words), sizeof words);
    const uint32_t length =
        random() % 8 == 0 ? random() : random() % sizeof words;
    ASSERT_TRUE(SendAs(random() % 6, bytes, length).has_value()) << i;
  }
  EXPECT_TRUE(server_.IsAlive());
  EXPECT_GE(Calls(), 1);
}

TEST_F(HostileClientTest, ChangingTheAreaMeanwhileChangesNothing) {
  std::atomic<bool> is_done = false;
  std::thread changer([&] {
    std::mt19937 random(1);
    volatile char* payload = PayloadOf(own_);
    while (!is_done) {
      payload[random() % (kAreaBytes - BAILEY_HEADER_BYTES)] =
          static_cast<char>(random());
      if (random() % 16 == 0) {
        __atomic_store_n(&own_->length, static_cast<uint32_t>(random()),
                         __ATOMIC_RELAXED);
      }
    }
  });
  int answered = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto reply = SendAs(kStable, "", kAreaBytes - BAILEY_HEADER_BYTES);
    if (!reply) break;
    if (reply->status != BAILEY_OK) continue;
    ++answered;
    EXPECT_EQ(reply->payload, std::string(1, '\1'));
  }
  is_done = true;
  changer.join();
  EXPECT_GT(answered, 0);
  EXPECT_TRUE(server_.IsAlive());
}

TEST_F(HostileClientTest, NothingStaysOfAnEarlierLongerReply) {
  ASSERT_EQ(StatusOf(Send(kSecret, "\x64")), BAILEY_OK);
  EXPECT_EQ(CanariesIn(peer_), 400);
  ASSERT_EQ(StatusOf(Send(kSecret, "\3")), BAILEY_OK);
  EXPECT_EQ(CanariesIn(peer_), 12);
  EXPECT_EQ(Calls(), 1);
  EXPECT_EQ(CanariesIn(peer_), 0);
}

TEST_F(HostileClientTest, NothingStaysOfAReplyAfterARefusal) {
  const std::vector<std::function<std::optional<Reply>()>> refused = {
      [&] { return Send(99, ""); }, [&] { return SendAs(kCount, "", ~0u); },
      [&] { return Send(kSecret, "too long"); },
      [&] { return Publish(sequence_ + 5); }};
  for (const auto& refusal : refused) {
    ASSERT_EQ(StatusOf(Send(kSecret, "\x64")), BAILEY_OK);
    EXPECT_EQ(CanariesIn(peer_), 400);
    EXPECT_NE(StatusOf(refusal()), BAILEY_OK);
    EXPECT_EQ(CanariesIn(peer_), 0);
  }
}

// What is built of a reply that is refused in the end never was in the area.
TEST_F(HostileClientTest, AReplyThatIsTooLargeIsNotSeenInPart) {
  ASSERT_EQ(StatusOf(Send(kSecret, "\xff")), BAILEY_TOO_LARGE);
  EXPECT_EQ(CanariesIn(peer_), 0);
}

// What a client says of itself decides how the server waits and wakes.
TEST_F(HostileClientTest, FlagsThatLieAreSurvived) {
  int calls = 0;
  for (const int processor : {-0x7fffffff - 1, -1, 0, 1, 0x7fffffff}) {
    for (const uint32_t is_waiting : {0u, 1u, ~0u}) {
      own_->processor = processor;
      own_->is_waiting = is_waiting;
      EXPECT_EQ(Calls(), ++calls);
    }
  }
}

// Requests that are published without waiting for the answer: each is answered
// once or not at all, and the next well-formed one is.
TEST_F(HostileClientTest, AFloodIsSurvived) {
  own_->function = kCount;
  own_->length = 0;
  for (uint32_t i = 0; i < 200000; ++i) {
    __atomic_store_n(&own_->sequence, i, __ATOMIC_SEQ_CST);
    if (i % 64 == 0) {
      own_->is_waiting = i;
      syscall(SYS_futex, &own_->sequence, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    }
  }
  // Whatever the server saw last, it has seen this.
  ASSERT_TRUE(Publish(0x70000000).has_value());
  const int calls = Calls();
  EXPECT_EQ(Calls(), calls + 1);
}

// The kernel lets whoever maps a futex move its waiters elsewhere. Then they
// are woken there; the server neither dies nor is it woken twice.
TEST_F(HostileClientTest, AServerThatIsMovedToAnotherFutexComesBack) {
  EXPECT_EQ(Calls(), 1);
  for (int i = 0; i < 100; ++i) {
    uint32_t* elsewhere = &own_->function;
    syscall(SYS_futex, &own_->sequence, FUTEX_REQUEUE, 0, 1, elsewhere, 0);
    own_->function = kCount;
    own_->length = 0;
    __atomic_store_n(&own_->sequence, ++sequence_, __ATOMIC_SEQ_CST);
    syscall(SYS_futex, &own_->sequence, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    syscall(SYS_futex, elsewhere, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    ASSERT_TRUE(Publish(sequence_).has_value()) << i;
  }
  EXPECT_EQ(Calls(), 102);
}

}  // namespace
}  // namespace bailey
