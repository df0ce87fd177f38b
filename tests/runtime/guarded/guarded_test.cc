#include "runtime/guarded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/guard_layout.h"
#include "tests/runtime/guarded/answering.h"

namespace bailey {
namespace {

using ::testing::HasSubstr;

// What bailey_guard() gave for each (bytes, size of an element).
std::vector<std::pair<uint32_t, uint32_t>> asked;
std::vector<const char*> copies;

void Guard(bailey_crossing* message) {
  copies.clear();
  for (const auto& [size, element] : asked)
    copies.push_back(static_cast<const char*>(
        bailey_guard(message, nullptr, size, element, "bytes")));
  bailey_ready(message);
}

// The status.
uint32_t Ask(std::vector<std::pair<uint32_t, uint32_t>> sizes) {
  static Answering server(Guard);
  asked = std::move(sizes);
  return server.Send("");
}

bool IsAtGuard(const char* end) {
  return reinterpret_cast<uintptr_t>(end) % BAILEY_GUARD_PAGE == 0;
}

template <class Body>
bool InChild(const Body& body) {
  return RunInChild([&] { return body() ? 0 : 1; }).Exited(0);
}

TEST(GuardLayoutTest, WindowsGrowUpToAMessageWithGuardsBetween) {
  for (const uint32_t capacity : {4064u, 16352u, (1u << 20) + 4064, 1u << 30}) {
    const bailey_guard_layout layout = bailey_guard_layout_of(capacity);
    uint64_t place = BAILEY_GUARD_BYTES;
    uint64_t writable = 0;
    for (unsigned i = 0; i < layout.class_count; ++i) {
      const bailey_guard_class& each = layout.classes[i];
      EXPECT_EQ(each.first, place);
      EXPECT_EQ(each.window_bytes % BAILEY_GUARD_PAGE, 0u);
      EXPECT_GE(each.slots, 1u);
      place += each.slots * (each.window_bytes + BAILEY_GUARD_BYTES);
      writable += each.slots * each.window_bytes;
    }
    EXPECT_EQ(layout.bytes, place);
    EXPECT_EQ(layout.writable_bytes, writable);
    EXPECT_GE(layout.classes[layout.class_count - 1].window_bytes, capacity);
    EXPECT_LT(layout.bytes, uint64_t{1} << 43);
  }
}

TEST(GuardedTest, ACopyEndsAtTheGuard) {
  EXPECT_TRUE(InChild([] {
    if (Ask({{64, 1}, {12, 4}, {24, 24}, {0, 1}, {0, 8}, {5000, 1}}) !=
        BAILEY_OK)
      return false;
    for (size_t i = 0; i < copies.size(); ++i)
      if (!IsAtGuard(copies[i] + asked[i].first + (asked[i].first == 5000) * 8))
        return false;
    return true;
  }));
}

TEST(GuardedTest, BytesAreAlignedAsInAMessage) {
  EXPECT_TRUE(InChild([] {
    for (uint32_t size = 1; size < 300; ++size) {
      if (Ask({{size, 1}}) != BAILEY_OK) return false;
      const auto place = reinterpret_cast<uintptr_t>(copies[0]);
      if (place % bailey_crossing_alignment(size) != 0) return false;
      if (!IsAtGuard(copies[0] + (size + 15) / 16 * 16) &&
          !IsAtGuard(copies[0] + (size + 7) / 8 * 8) &&
          !IsAtGuard(copies[0] + (size + 3) / 4 * 4) &&
          !IsAtGuard(copies[0] + (size + 1) / 2 * 2) &&
          !IsAtGuard(copies[0] + size))
        return false;
    }
    return true;
  }));
}

// Each has a slot of its own, and the next call has all of them again.
TEST(GuardedTest, ManyInOneCall) {
  EXPECT_TRUE(InChild([] {
    for (int call = 0; call < 50; ++call) {
      const std::vector<std::pair<uint32_t, uint32_t>> many(20, {100, 4});
      if (Ask(many) != BAILEY_OK) return false;
      std::vector<const char*> sorted = copies;
      std::ranges::sort(sorted);
      for (size_t i = 1; i < sorted.size(); ++i)
        if (sorted[i] - sorted[i - 1] <
            static_cast<ptrdiff_t>(BAILEY_GUARD_BYTES))
          return false;
    }
    return true;
  }));
}

TEST(GuardedTest, WhatAMessageCannotHoldIsRefused) {
  EXPECT_TRUE(InChild([] {
    return Ask({{kAreaBytes, 1}}) == BAILEY_OK &&
           Ask({{kAreaBytes + 1, 1}}) == BAILEY_TOO_LARGE &&
           Ask({{SIZE_MAX >> 40, 1}}) == BAILEY_TOO_LARGE &&
           Ask(std::vector<std::pair<uint32_t, uint32_t>>(100, {8, 8})) ==
               BAILEY_TOO_LARGE &&
           Ask({{8, 8}}) == BAILEY_OK;
  }));
}

void GuardTexts(bailey_crossing* message) {
  const char* text =
      bailey_guard_text(message, bailey_take_string(message), "t");
  const char* none =
      bailey_guard_text(message, bailey_take_string(message), "n");
  void* room = bailey_reserve(message, 1);
  if (!bailey_ready(message)) return;
  const bool is_right = none == nullptr && strcmp(text, "hello") == 0 &&
                        IsAtGuard(text + sizeof "hello");
  memset(room, is_right, 1);
}

TEST(GuardedTest, TextsEndAtTheGuardAndNullStaysNull) {
  EXPECT_TRUE(InChild([] {
    Answering server(GuardTexts);
    const std::string request("\1\0\0\0\6\0\0\0hello\0\0", 15);
    return server.Send(request) == BAILEY_OK && server.Reply() == "\1";
  }));
}

TEST(GuardedTest, WithoutAddressSpaceTheProcessEndsAndSaysWhy) {
  const Ended ended = RunInChild([] {
    const rlimit limit{uint64_t{16} << 30, uint64_t{16} << 30};
    if (setrlimit(RLIMIT_AS, &limit) != 0) return 1;
    bailey_guards_reserve(4064);
    return 0;
  });
  EXPECT_TRUE(ended.Aborted());
  EXPECT_THAT(ended.errors, HasSubstr("ulimit -v"));
}

TEST(GuardedTest, HoldsWhatLiesInTheSlotsAlone) {
  EXPECT_TRUE(InChild([] {
    int local = 0;
    if (bailey_guards_hold(&local) || bailey_guards_hold(nullptr)) return false;
    if (Ask({{64, 1}}) != BAILEY_OK) return false;
    return bailey_guards_hold(copies[0]) &&
           bailey_guards_hold(copies[0] + 64) && !bailey_guards_hold(&local) &&
           bailey_guards_name(copies[0]).function == nullptr;
  }));
}

}  // namespace
}  // namespace bailey
