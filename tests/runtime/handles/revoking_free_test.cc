// A number ends with its object, whoever frees that.
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/handles.h"

namespace bailey {
namespace {

constexpr uint32_t kTag = BAILEY_HANDLE_TAG(1, 1);

bool Lives(uint64_t number) {
  void* pointer = nullptr;
  return bailey_handle_find(number, kTag, &pointer) && pointer != nullptr;
}

uint64_t NumberOf(const void* pointer) {
  return bailey_handle_of(pointer, kTag);
}

void* Allocate(size_t size) {
  void* block = malloc(size);
  if (block != nullptr) memset(block, 0, size);
  return block;
}

TEST(RevokingFreeTest, EachWayToFree) {
  void* block = Allocate(100);
  uint64_t number = NumberOf(static_cast<char*>(block) + 60);
  EXPECT_TRUE(Lives(number));
  free(block);
  EXPECT_FALSE(Lives(number));

  ASSERT_EQ(posix_memalign(&block, 4096, 8192), 0);
  number = NumberOf(block);
  free(block);
  EXPECT_FALSE(Lives(number));

  auto* object = new std::string("longer than what fits inside of a string");
  number = NumberOf(object);
  const uint64_t inside = NumberOf(object->data());
  delete object;
  EXPECT_FALSE(Lives(number));
  EXPECT_FALSE(Lives(inside));

  block = malloc(64 << 20);  // mapped for itself
  number = NumberOf(static_cast<char*>(block) + (50 << 20));
  free(block);
  EXPECT_FALSE(Lives(number));
}

TEST(RevokingFreeTest, ReallocEndsItWhetherTheBlockMovesOrNot) {
  void* block = Allocate(100);
  uint64_t number = NumberOf(block);
  block = realloc(block, 50);
  EXPECT_FALSE(Lives(number));
  number = NumberOf(block);
  block = realloc(block, 1 << 20);
  EXPECT_FALSE(Lives(number));
  number = NumberOf(block);
  block = reallocarray(block, 10, 10);
  EXPECT_FALSE(Lives(number));
  free(block);
}

// Where a sanitizer has realloc(), that would end the program.
#ifdef BAILEY_OWN_FREE
TEST(RevokingFreeTest, ReallocThatFailsLeavesIt) {
  void* block = Allocate(100);
  const uint64_t number = NumberOf(block);
  volatile size_t much = SIZE_MAX / 4;
  // So that no compiler takes the block for gone.
  void* (*volatile resize)(void*, size_t) = realloc;
  void* (*volatile resize_array)(void*, size_t, size_t) = reallocarray;
  void* other = resize_array(block, much, 8);
  EXPECT_EQ(other, nullptr);
  EXPECT_TRUE(Lives(number));
  other = resize(block, much);
  EXPECT_EQ(other, nullptr);
  EXPECT_TRUE(Lives(number));
  free(block);
  EXPECT_FALSE(Lives(number));
}

#endif  // BAILEY_OWN_FREE

// Inside of the C library.
TEST(RevokingFreeTest, StreamsThatAreClosed) {
  FILE* stream = fopen("/dev/null", "r");
  ASSERT_NE(stream, nullptr);
  const uint64_t number = NumberOf(stream);
  EXPECT_TRUE(Lives(number));
  fclose(stream);
  EXPECT_FALSE(Lives(number));
}

// The attack: the same place for another object.
TEST(RevokingFreeTest, TheNextObjectAtThatPlaceHasAnotherNumber) {
  void* first = Allocate(48);
  const uint64_t number = NumberOf(first);
  free(first);
  std::vector<void*> more;
  for (int i = 0; i < 100; ++i) more.push_back(malloc(48));
  for (void* each : more) EXPECT_NE(NumberOf(each), number);
  EXPECT_FALSE(Lives(number));
  for (void* each : more) free(each);
}

#ifdef BAILEY_OWN_FREE
// The attack: of two objects that a client passes together, one owns the other
// and frees it, and the function goes on with that.
TEST(RevokingFreeTest, WhatIsPinnedIsGivenBackBehindTheCall) {
  // So that no compiler takes it for gone.
  void* volatile again = Allocate(48);
  const uint64_t number = NumberOf(again);
  ASSERT_TRUE(bailey_handles_pin(static_cast<char*>(again) + 40));
  free(again);
  EXPECT_FALSE(Lives(number));
  free(again);  // once is enough
  std::vector<void*> more;
  for (int i = 0; i < 200; ++i) more.push_back(Allocate(48));
  for (void* each : more) EXPECT_NE(each, again);
  bailey_handles_unpin();
  EXPECT_EQ(bailey_handles_pinned(), 0u);
  bool is_back = false;
  for (int i = 0; i < 200; ++i) {
    more.push_back(Allocate(48));
    is_back |= more.back() == again;
  }
  EXPECT_TRUE(is_back);
  for (void* each : more) free(each);
}

TEST(RevokingFreeTest, WhatIsPinnedMovesWhereItGrowsAndStaysBehind) {
  char* volatile old = static_cast<char*>(Allocate(48));
  old[0] = 'k';
  const uint64_t number = NumberOf(old);
  ASSERT_TRUE(bailey_handles_pin(old));
  char* larger = static_cast<char*>(realloc(old, 50));
  ASSERT_NE(larger, nullptr);
  EXPECT_NE(larger, old);
  EXPECT_EQ(larger[0], 'k');
  EXPECT_EQ(old[0], 'k');
  EXPECT_FALSE(Lives(number));
  bailey_handles_unpin();
  free(larger);
}

TEST(RevokingFreeTest, NoMoreArePinnedThanThereIsRoomFor) {
  char objects[BAILEY_MAX_PINS + 1];
  for (size_t i = 0; i < BAILEY_MAX_PINS; ++i)
    EXPECT_TRUE(bailey_handles_pin(&objects[i]));
  EXPECT_FALSE(bailey_handles_pin(&objects[BAILEY_MAX_PINS]));
  EXPECT_TRUE(bailey_handles_pin(nullptr));
  bailey_handles_unpin();
}
#endif  // BAILEY_OWN_FREE

// What was not freed lives on, and fork() leaves a child that can free.
TEST(RevokingFreeTest, OthersLiveOnAndAChildCanFree) {
  void* kept = Allocate(10);
  void* freed = Allocate(10);
  const uint64_t number = NumberOf(kept);
  const uint64_t other = NumberOf(freed);
  free(freed);
  EXPECT_TRUE(Lives(number));
  EXPECT_FALSE(Lives(other));
  const pid_t child = fork();
  if (child == 0) {
    free(kept);
    _exit(Lives(number) ? 1 : 0);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(Lives(number));
  free(kept);
}

}  // namespace
}  // namespace bailey
