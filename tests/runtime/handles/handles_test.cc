// The table: which numbers there are, and which come back.
#include "runtime/handles.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace bailey {
namespace {

constexpr uint32_t kKey = BAILEY_HANDLE_TAG(1, 1);
constexpr uint32_t kOther = BAILEY_HANDLE_TAG(1, 2);
constexpr uint32_t kElsewhere = BAILEY_HANDLE_TAG(2, 1);

class HandlesTest : public ::testing::Test {
 protected:
  HandlesTest() { bailey_handles_forget(); }
  ~HandlesTest() override { bailey_handles_forget(); }

  static bool Finds(uint64_t number, uint32_t tag, const void* expected) {
    void* pointer = nullptr;
    return bailey_handle_find(number, tag, &pointer) && pointer == expected;
  }

  char memory_[4096];
};

TEST_F(HandlesTest, NullIsZeroOfEveryType) {
  EXPECT_EQ(bailey_handle_of(nullptr, kKey), 0u);
  EXPECT_TRUE(Finds(0, kKey, nullptr));
  EXPECT_TRUE(Finds(0, kOther, nullptr));
}

TEST_F(HandlesTest, APointerHasOneNumberOfEachType) {
  const uint64_t number = bailey_handle_of(memory_, kKey);
  EXPECT_NE(number, 0u);
  EXPECT_EQ(bailey_handle_of(memory_, kKey), number);
  EXPECT_NE(bailey_handle_of(memory_ + 1, kKey), number);
  EXPECT_NE(bailey_handle_of(memory_, kOther), number);
  EXPECT_NE(bailey_handle_of(memory_, kElsewhere), number);
  EXPECT_TRUE(Finds(number, kKey, memory_));
}

// Bit 63 is the kernel's on x86_64, bit 55 on aarch64, and no offset within
// 2^47 changes that.
TEST_F(HandlesTest, ANumberIsNoAddressOfAProcess) {
  for (const uint32_t tag : {kKey, BAILEY_HANDLE_TAG(255, 7)}) {
    const uint64_t number = bailey_handle_of(memory_, tag);
    EXPECT_EQ(number >> 47, 0x8080u << 1);
    EXPECT_EXIT(
        {
          const volatile char* at = reinterpret_cast<const char*>(number);
          (void)*at;
        },
        [](int status) { return status != 0; }, "");
  }
}

TEST_F(HandlesTest, WhatWasNeverGivenOutIsRefused) {
  const uint64_t number = bailey_handle_of(memory_, kKey);
  EXPECT_FALSE(Finds(1, kKey, memory_));
  EXPECT_FALSE(Finds(number, kOther, memory_));
  EXPECT_FALSE(Finds(number, kElsewhere, memory_));
  for (int bit = 0; bit < 64; ++bit) {
    void* pointer = memory_;
    EXPECT_FALSE(
        bailey_handle_find(number ^ (uint64_t{1} << bit), kKey, &pointer))
        << bit;
    EXPECT_EQ(pointer, nullptr);
  }
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) {
    const uint64_t guess = random();
    EXPECT_FALSE(guess != number && guess != 0 && Finds(guess, kKey, memory_));
  }
}

TEST_F(HandlesTest, ARevokedNumberNeverComesBack) {
  std::set<uint64_t> seen;
  for (int i = 0; i < 1000; ++i) {
    const uint64_t number = bailey_handle_of(memory_ + 8, kKey);
    EXPECT_TRUE(seen.insert(number).second);
    bailey_handles_revoke(memory_, 16);
    for (const uint64_t each : seen)
      EXPECT_FALSE(Finds(each, kKey, memory_ + 8));
  }
}

TEST_F(HandlesTest, RevokesWhatLiesInTheBlockAndNothingElse) {
  const uint64_t before = bailey_handle_of(memory_ + 15, kKey);
  const uint64_t first = bailey_handle_of(memory_ + 16, kKey);
  const uint64_t both = bailey_handle_of(memory_ + 16, kElsewhere);
  const uint64_t last = bailey_handle_of(memory_ + 31, kOther);
  const uint64_t after = bailey_handle_of(memory_ + 32, kKey);
  bailey_handles_revoke(memory_ + 16, 16);
  EXPECT_TRUE(Finds(before, kKey, memory_ + 15));
  EXPECT_FALSE(Finds(first, kKey, memory_ + 16));
  EXPECT_FALSE(Finds(both, kElsewhere, memory_ + 16));
  EXPECT_FALSE(Finds(last, kOther, memory_ + 31));
  EXPECT_TRUE(Finds(after, kKey, memory_ + 32));
  bailey_handles_revoke(memory_ + 32, 0);
  EXPECT_FALSE(Finds(after, kKey, memory_ + 32));
}

TEST_F(HandlesTest, AFullTableGivesNoneUntilOneIsFree) {
  std::vector<char> objects(BAILEY_MAX_HANDLES + 1);
  for (unsigned i = 0; i < BAILEY_MAX_HANDLES; ++i) {
    ASSERT_TRUE(bailey_handles_have_room());
    ASSERT_NE(bailey_handle_of(&objects[i], kKey), 0u);
  }
  EXPECT_EQ(bailey_handles_live(), BAILEY_MAX_HANDLES);
  EXPECT_FALSE(bailey_handles_have_room());
  EXPECT_EQ(bailey_handle_of(&objects[BAILEY_MAX_HANDLES], kKey), 0u);
  EXPECT_NE(bailey_handle_of(&objects[5], kKey), 0u);  // it has one
  bailey_handles_revoke(&objects[5], 1);
  EXPECT_TRUE(bailey_handles_have_room());
  EXPECT_NE(bailey_handle_of(&objects[BAILEY_MAX_HANDLES], kKey), 0u);
}

TEST_F(HandlesTest, ASlotWhoseGenerationsAreUsedUpIsRetired) {
  uint64_t number = 0;
  for (unsigned i = 0; i < (1u << 23); ++i) {
    number = bailey_handle_of(memory_, kKey);
    bailey_handles_revoke(memory_, 1);
  }
  EXPECT_EQ(number & 0xffff, 1u);
  EXPECT_EQ((number >> 16) & 0x7fffff, 0x7fffffu);
  EXPECT_EQ(bailey_handle_of(memory_, kKey) & 0xffff, 2u);
}

// Against a table that cannot be wrong.
TEST_F(HandlesTest, AgreesWithAMapOfWhatLives) {
  std::mt19937 random(11);
  std::map<std::pair<const void*, uint32_t>, uint64_t> live;
  std::map<uint64_t, std::pair<const void*, uint32_t>> all;
  for (int i = 0; i < 20'000; ++i) {
    const char* at = memory_ + random() % sizeof memory_;
    const uint32_t tag = random() % 2 == 0 ? kKey : kOther;
    if (random() % 3 != 0) {
      const uint64_t number = bailey_handle_of(at, tag);
      const auto [known, added] = live.try_emplace({at, tag}, number);
      ASSERT_EQ(known->second, number);
      ASSERT_EQ(all.emplace(number, known->first).second, added);
    } else {
      const size_t size = random() % 64;
      bailey_handles_revoke(at, size);
      std::erase_if(live, [&](const auto& each) {
        const auto* place = static_cast<const char*>(each.first.first);
        return place >= at && place < at + (size == 0 ? 1 : size);
      });
    }
    ASSERT_EQ(bailey_handles_live(), live.size());
  }
  for (const auto& [number, what] : all) {
    const auto known = live.find(what);
    const bool lives = known != live.end() && known->second == number;
    ASSERT_EQ(Finds(number, what.second, what.first), lives);
  }
}

TEST_F(HandlesTest, ThreadsMayGiveAndEndAtOnce) {
  std::vector<std::thread> threads;
  for (uint32_t t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 2000; ++i) {
        char* mine = memory_ + 64 * t;
        const uint64_t number = bailey_handle_of(mine, kKey);
        EXPECT_TRUE(Finds(number, kKey, mine));
        bailey_handles_revoke(mine, 64);
        EXPECT_FALSE(Finds(number, kKey, mine));
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(bailey_handles_live(), 0u);
}

}  // namespace
}  // namespace bailey
