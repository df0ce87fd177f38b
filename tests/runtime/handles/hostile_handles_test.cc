// A client that writes its area by hand, against functions that give pointers
// away. Whatever it sends: no function gets a pointer that is not live and of
// its type.
#include <gtest/gtest.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "runtime/handles.h"
#include "tests/runtime/channel/portions.h"

namespace bailey {
namespace {

constexpr unsigned kKeyTag = BAILEY_HANDLE_TAG(1, 1);
constexpr unsigned kSealTag = BAILEY_HANDLE_TAG(1, 2);
constexpr uint64_t kKeyMark = 0x4b45594b45594b45;
constexpr uint64_t kSealMark = 0x5345414c5345414c;

struct Object {
  uint64_t mark;
  uint64_t uses;
};

void Give(bailey_crossing* message, uint64_t mark, unsigned tag) {
  void* result = bailey_reserve(message, 8);
  bailey_reserve_handle(message);
  if (!bailey_ready(message)) return;
  auto* object = static_cast<Object*>(malloc(sizeof(Object)));
  *object = {mark, 0};
  bailey_give_handle(message, result, object, tag);
}

void NewKey(bailey_crossing* message) { Give(message, kKeyMark, kKeyTag); }
void NewSeal(bailey_crossing* message) { Give(message, kSealMark, kSealTag); }

// Says how often it was used. A wrong object ends the server, which the client
// sees.
void UseKey(bailey_crossing* message) {
  auto* key = static_cast<Object*>(bailey_take_handle(message, kKeyTag));
  void* result = bailey_reserve(message, 8);
  if (!bailey_ready(message)) return;
  uint64_t uses = 0;
  if (key != nullptr) {
    if (key->mark != kKeyMark) abort();
    uses = ++key->uses;
  }
  memcpy(result, &uses, sizeof uses);
}

void DropKey(bailey_crossing* message) {
  void* key = bailey_take_handle(message, kKeyTag);
  if (!bailey_ready(message)) return;
  free(key);
}

void DropTwo(bailey_crossing* message) {
  void* first = bailey_take_handle(message, kKeyTag);
  void* second = bailey_take_handle(message, kKeyTag);
  bailey_take_apart(message, first, second);
  if (!bailey_ready(message)) return;
  free(first);
  free(second);
}

// Functions that return what they were given: the client would write the
// object.
void Echo(bailey_crossing* message) {
  void* bytes = bailey_take(message, 8);
  void* result = bailey_reserve(message, 8);
  if (!bailey_ready(message)) return;
  bailey_give_handle(message, result, bytes, kKeyTag);
}

void EchoRoom(bailey_crossing* message) {
  void* result = bailey_reserve(message, 8);
  if (!bailey_ready(message)) return;
  bailey_give_handle(message, result, result, kKeyTag);
}

void EchoStack(bailey_crossing* message) {
  void* result = bailey_reserve(message, 8);
  if (!bailey_ready(message)) return;
  // Not a local, which a sanitizer may keep elsewhere.
  bailey_give_handle(message, result, __builtin_frame_address(0), kKeyTag);
}

enum : uint32_t { kEcho = 100, kEchoRoom, kEchoStack };
enum : uint32_t { kNewKey = 1, kNewSeal, kUseKey, kDropKey, kDropTwo };

class HostileHandlesTest : public ::testing::Test {
 protected:
  struct Reply {
    uint32_t status = ~0u;
    uint64_t value = 0;
  };

  Reply Call(uint32_t function, const std::vector<uint64_t>& items = {}) {
    own_->function = function;
    own_->length = static_cast<uint32_t>(items.size() * 8);
    if (!items.empty()) memcpy(PayloadOf(own_), items.data(), own_->length);
    __atomic_store_n(&own_->sequence, ++sequence_, __ATOMIC_RELEASE);
    syscall(SYS_futex, &own_->sequence, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    // The bound only ends a failing test: an answer takes microseconds.
    for (int i = 0; i < 20000 && server_.IsAlive(); ++i) {
      if (__atomic_load_n(&peer_->sequence, __ATOMIC_ACQUIRE) == sequence_)
        return ReadReply();
      usleep(i < 100 ? 20 : 1000);
    }
    if (!may_end_) ADD_FAILURE() << "the server is gone";
    return {};
  }

  Reply ReadReply() const {
    Reply reply{peer_->status, 0};
    if (peer_->length == 8) memcpy(&reply.value, PayloadOf(peer_), 8);
    return reply;
  }

  static char* PayloadOf(bailey_area_header* area) {
    return reinterpret_cast<char*>(area) + BAILEY_HEADER_BYTES;
  }

  uint64_t New(uint32_t function) {
    const Reply reply = Call(function);
    EXPECT_EQ(reply.status, BAILEY_OK);
    EXPECT_NE(reply.value, 0u);
    return reply.value;
  }

  Areas areas_;
  bailey_area_header* own_ = areas_.Map(BAILEY_CLIENT);
  bailey_area_header* peer_ = areas_.Map(BAILEY_SERVER);
  uint32_t sequence_ = 0;
  bool may_end_ = false;
  ServerProcess server_{areas_,
                        {{kNewKey, "new_key", NewKey},
                         {kNewSeal, "new_seal", NewSeal},
                         {kUseKey, "use_key", UseKey},
                         {kDropKey, "drop_key", DropKey},
                         {kDropTwo, "drop_two", DropTwo},
                         {kEcho, "echo", Echo},
                         {kEchoRoom, "echo_room", EchoRoom},
                         {kEchoStack, "echo_stack", EchoStack}}};
};

TEST_F(HostileHandlesTest, SeveralAreAliveAndKeptApart) {
  const uint64_t first = New(kNewKey);
  const uint64_t second = New(kNewKey);
  EXPECT_NE(first, second);
  EXPECT_EQ(Call(kUseKey, {first}).value, 1u);
  EXPECT_EQ(Call(kUseKey, {first}).value, 2u);
  EXPECT_EQ(Call(kUseKey, {second}).value, 1u);
  EXPECT_EQ(Call(kUseKey, {0}).value, 0u);
}

TEST_F(HostileHandlesTest, ForgedOnesAreRefusedAndNothingIsCalled) {
  const uint64_t key = New(kNewKey);
  std::mt19937_64 random(3);
  std::vector<uint64_t> forged = {
      1, ~uint64_t{0}, key + 1, key - 1, key ^ (uint64_t{1} << 63), 0x7fff0000};
  for (int i = 0; i < 500; ++i) forged.push_back(random());
  for (int i = 0; i < 500; ++i) forged.push_back(key ^ (random() | 1) << 16);
  for (const uint64_t each : forged)
    EXPECT_EQ(Call(kUseKey, {each}).status, BAILEY_MALFORMED) << each;
  EXPECT_EQ(Call(kUseKey, {key}).value, 1u);
}

TEST_F(HostileHandlesTest, AddressesOfTheServerAreRefused) {
  // The server is a fork of this process: these are places in it.
  const auto place = [](const void* p) {
    return reinterpret_cast<uint64_t>(p);
  };
  static Object object = {kKeyMark, 0};
  for (const uint64_t each : {place(&object), place(this), place(own_)})
    EXPECT_EQ(Call(kUseKey, {each}).status, BAILEY_MALFORMED);
}

TEST_F(HostileHandlesTest, OneOfAnotherTypeIsRefused) {
  const uint64_t seal = New(kNewSeal);
  EXPECT_EQ(Call(kUseKey, {seal}).status, BAILEY_MALFORMED);
  EXPECT_EQ(Call(kDropKey, {seal}).status, BAILEY_MALFORMED);
}

TEST_F(HostileHandlesTest, FreedTwiceIsFreedOnce) {
  const uint64_t key = New(kNewKey);
  EXPECT_EQ(Call(kDropKey, {key}).status, BAILEY_OK);
  EXPECT_EQ(Call(kDropKey, {key}).status, BAILEY_MALFORMED);
  EXPECT_EQ(Call(kUseKey, {key}).status, BAILEY_MALFORMED);
}

TEST_F(HostileHandlesTest, TheSameTwiceInOneCallIsRefused) {
  const uint64_t key = New(kNewKey);
  EXPECT_EQ(Call(kDropTwo, {key, key}).status, BAILEY_SAME_HANDLE);
  // What is wrong with it otherwise comes first: nothing is told of a number
  // that is none.
  EXPECT_EQ(Call(kDropTwo, {key + 1, key + 1}).status, BAILEY_MALFORMED);
  EXPECT_EQ(Call(kUseKey, {key}).status, BAILEY_OK);
  EXPECT_EQ(Call(kDropTwo, {key, New(kNewKey)}).status, BAILEY_OK);
  EXPECT_EQ(Call(kDropTwo, {0, 0}).status, BAILEY_OK);
}

// Other types of the same size soon come to lie where the key was.
TEST_F(HostileHandlesTest, AStaleOneIsNotThatOfTheNextObjectThere) {
  const uint64_t key = New(kNewKey);
  EXPECT_EQ(Call(kDropKey, {key}).status, BAILEY_OK);
  for (int i = 0; i < 50; ++i) {
    const uint64_t next = New(i % 2 == 0 ? kNewKey : kNewSeal);
    EXPECT_NE(next, key);
    EXPECT_EQ(Call(kUseKey, {key}).status, BAILEY_MALFORMED);
  }
}

TEST_F(HostileHandlesTest, AFullTableSaysSoAndCallsNothing) {
  std::vector<uint64_t> keys;
  for (unsigned i = 0; i < BAILEY_MAX_HANDLES; ++i) {
    const Reply reply = Call(kNewKey);
    ASSERT_EQ(reply.status, BAILEY_OK) << i;
    keys.push_back(reply.value);
  }
  EXPECT_EQ(Call(kNewKey).status, BAILEY_NO_HANDLES);
  EXPECT_EQ(Call(kNewSeal).status, BAILEY_NO_HANDLES);
  EXPECT_EQ(Call(kUseKey, {keys[77]}).value, 1u);
  EXPECT_EQ(Call(kDropKey, {keys[77]}).status, BAILEY_OK);
  EXPECT_EQ(Call(kNewKey).status, BAILEY_OK);
}

class HostileEchoTest : public HostileHandlesTest,
                        public ::testing::WithParamInterface<uint32_t> {};

TEST_P(HostileEchoTest, EndsThePortionInsteadOfGivingItOut) {
  may_end_ = true;
  const Reply reply =
      Call(GetParam(), GetParam() == kEcho ? std::vector<uint64_t>{kKeyMark}
                                           : std::vector<uint64_t>{});
  EXPECT_EQ(reply.status, ~0u);
  EXPECT_FALSE(server_.IsAlive());
}

INSTANTIATE_TEST_SUITE_P(Places, HostileEchoTest,
                         ::testing::Values(kEcho, kEchoRoom, kEchoStack));

TEST_F(HostileHandlesTest, AMessageWithoutItsHandleIsRefused) {
  EXPECT_EQ(Call(kUseKey).status, BAILEY_MALFORMED);
  EXPECT_EQ(Call(kUseKey, {0, 0}).status, BAILEY_MALFORMED);
}

}  // namespace
}  // namespace bailey
