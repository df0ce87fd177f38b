#include "runtime/channel.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/runtime/channel/portions.h"

namespace bailey {
namespace {

using ::testing::HasSubstr;

enum : uint32_t { kAdd = 1, kMirror, kString, kErrno, kPrint, kWiped, kLarge };

void Add(bailey_crossing* message) {
  int a, b;
  bailey_take_into(message, &a, sizeof a);
  bailey_take_into(message, &b, sizeof b);
  void* sum = bailey_reserve(message, sizeof a);
  if (!bailey_ready(message)) return;
  *static_cast<int*>(sum) = a + b;
}

int CallAdd(int a, int b) {
  int sum = 0;
  bailey_crossing* message = bailey_begin(0, kAdd, "add");
  bailey_put(message, &a, sizeof a);
  bailey_put(message, &b, sizeof b);
  bailey_call(message);
  bailey_get(message, &sum, sizeof sum);
  bailey_end(message);
  return sum;
}

// What a seed says: sizes of items, of all alignments.
std::vector<size_t> SizesOf(uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<size_t> sizes(1 + random() % 20);
  for (size_t& size : sizes) size = random() % 300;
  return sizes;
}

void Mirror(bailey_crossing* message) {
  uint32_t seed;
  bailey_take_into(message, &seed, sizeof seed);
  for (const size_t size : SizesOf(seed)) {
    bailey_reserve_copy(message, bailey_take(message, size), size);
  }
  bailey_ready(message);
}

bool MirrorsAll(uint32_t seed) {
  std::mt19937 random(seed + 1);
  std::vector<std::string> items;
  bailey_crossing* message = bailey_begin(0, kMirror, "mirror");
  bailey_put(message, &seed, sizeof seed);
  for (const size_t size : SizesOf(seed)) {
    std::string item(size, '\0');
    for (char& c : item) c = static_cast<char>(random());
    bailey_put(message, item.data(), size);
    items.push_back(item);
  }
  bailey_call(message);
  bool is_equal = true;
  for (const std::string& item : items) {
    std::string got(item.size(), '\0');
    bailey_get(message, got.data(), got.size());
    is_equal &= got == item;
  }
  bailey_end(message);
  return is_equal;
}

// The length of the string, or -1 for null.
void String(bailey_crossing* message) {
  const char* text = bailey_take_string(message);
  void* length = bailey_reserve(message, sizeof(long));
  if (!bailey_ready(message)) return;
  *static_cast<long*>(length) =
      text == nullptr ? -1 : static_cast<long>(strlen(text));
}

long CallString(const char* text) {
  long length = 0;
  bailey_crossing* message = bailey_begin(0, kString, "string");
  bailey_put_string(message, text);
  bailey_call(message);
  bailey_get(message, &length, sizeof length);
  bailey_end(message);
  return length;
}

// Sets errno to one more than the caller's.
void Errno(bailey_crossing* message) {
  if (!bailey_ready(message)) return;
  bailey_enter(message);
  ++errno;
  bailey_leave(message);
}

void Print(bailey_crossing* message) {
  if (bailey_ready(message)) std::printf("b");
}

// Whether the private buffers hold nothing beside this empty request.
void Wiped(bailey_crossing* message) {
  const bailey_channel* channel = bailey_channel_get(0, BAILEY_SERVER, "wiped");
  unsigned char is_wiped = 1;
  for (uint32_t i = 0; i < channel->message.capacity; ++i) {
    if (channel->message.in[i] != 0 || channel->message.out[i] != 0) {
      is_wiped = 0;
    }
  }
  void* answer = bailey_reserve(message, 1);
  if (bailey_ready(message)) memcpy(answer, &is_wiped, 1);
}

void Large(bailey_crossing* message) {
  bailey_reserve(message, kAreaBytes);
  bailey_ready(message);
}

void CallEmpty(uint32_t function) {
  bailey_crossing* message = bailey_begin(0, function, "empty");
  bailey_call(message);
  bailey_end(message);
}

class ChannelTest : public ::testing::Test {
 protected:
  Ended RunClient(const std::function<int()>& body) {
    return RunInChild([&] {
      areas_.Attach(0, BAILEY_CLIENT);
      return body();
    });
  }

  Areas areas_;
  ServerProcess server_{areas_,
                        {{kAdd, "add", Add},
                         {kMirror, "mirror", Mirror},
                         {kString, "string", String},
                         {kErrno, "errno", Errno},
                         {kPrint, "print", Print},
                         {kWiped, "wiped", Wiped},
                         {kLarge, "large", Large}}};
};

TEST_F(ChannelTest, CallsAndAnswers) {
  const Ended ended = RunClient([] {
    for (int i = -50; i < 50; ++i) {
      if (CallAdd(i, 1000) != i + 1000) return 1;
    }
    return 0;
  });
  EXPECT_TRUE(ended.Exited(0)) << ended.errors;
}

TEST_F(ChannelTest, CarriesItemsOfAllSizesBothWays) {
  const Ended ended = RunClient([] {
    for (uint32_t seed = 0; seed < 300; ++seed) {
      if (!MirrorsAll(seed)) return 1;
    }
    return 0;
  });
  EXPECT_TRUE(ended.Exited(0)) << ended.errors;
}

TEST_F(ChannelTest, CarriesStringsAndNull) {
  const Ended ended = RunClient([] {
    if (CallString(nullptr) != -1) return 1;
    if (CallString("") != 0) return 2;
    if (CallString("/run/secrets/key") != 16) return 3;
    return CallString(std::string(9000, 'x').c_str()) == 9000 ? 0 : 4;
  });
  EXPECT_TRUE(ended.Exited(0)) << ended.errors << ended.status;
}

TEST_F(ChannelTest, CarriesErrnoBothWays) {
  const Ended ended = RunClient([] {
    errno = 41;
    CallEmpty(kErrno);
    return errno == 42 ? 0 : 1;
  });
  EXPECT_TRUE(ended.Exited(0)) << ended.errors;
}

TEST_F(ChannelTest, ThreadsTakeTurns) {
  const Ended ended = RunClient([] {
    std::vector<std::thread> threads;
    std::atomic<int> wrong = 0;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([t, &wrong] {
        for (int i = 0; i < 200; ++i) {
          if (CallAdd(t * 1000, i) != t * 1000 + i) ++wrong;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    return wrong == 0 ? 0 : 1;
  });
  EXPECT_TRUE(ended.Exited(0)) << ended.errors;
}

TEST_F(ChannelTest, WipesRequestsAndReplies) {
  const Ended ended = RunClient([] {
    MirrorsAll(7);
    CallString("a secret");
    unsigned char is_wiped = 0;
    bailey_crossing* message = bailey_begin(0, kWiped, "wiped");
    bailey_call(message);
    bailey_get(message, &is_wiped, 1);
    bailey_end(message);
    const bailey_channel* own = bailey_channel_get(0, BAILEY_CLIENT, "test");
    for (uint32_t i = 0; i < own->message.capacity; ++i) {
      if (own->message.in[i] != 0 || own->message.out[i] != 0) return 2;
    }
    return is_wiped == 1 ? 0 : 1;
  });
  EXPECT_TRUE(ended.Exited(0)) << ended.errors << ended.status;
}

// Both sides print to one stream, buffered; the order must be the program's.
TEST(ChannelOrder, OutputKeepsTheOrderOfTheProgram) {
  int out[2];
  ASSERT_EQ(pipe(out), 0);
  const int saved = dup(STDOUT_FILENO);
  std::fflush(nullptr);
  dup2(out[1], STDOUT_FILENO);
  Areas areas;
  Ended ended;
  {
    ServerProcess server(areas, {{kPrint, "print", Print}});
    ended = RunInChild([&] {
      areas.Attach(0, BAILEY_CLIENT);
      std::printf("a");
      CallEmpty(kPrint);
      std::printf("c");
      return 0;
    });
  }
  dup2(saved, STDOUT_FILENO);
  close(saved);
  close(out[1]);
  char text[16] = {};
  EXPECT_EQ(read(out[0], text, sizeof text - 1), 3);
  close(out[0]);
  EXPECT_TRUE(ended.Exited(0)) << ended.errors;
  EXPECT_STREQ(text, "abc");
}

// fflush(NULL) would wait for the reader, who has the stream's lock.
TEST_F(ChannelTest, AThreadThatReadsHoldsUpNoCrossing) {
  const Ended ended = RunClient([]() -> int {
    int ends[2];
    if (pipe(ends) != 0) return 1;
    FILE* stream = fdopen(ends[0], "r");
    std::thread reader([stream] { return std::fgetc(stream); });
    reader.detach();
    usleep(20000);
    alarm(20);                            // only ends a test that fails
    _exit(CallAdd(40, 2) == 42 ? 0 : 2);  // exit() would wait for it
  });
  EXPECT_TRUE(ended.Exited(0)) << ended.status;
}

// By several threads, each line before what the server prints for it.
TEST(ChannelOrder, OutputOfThreadsComesBeforeTheirCalls) {
  Areas areas;
  FILE* shared = std::tmpfile();
  ASSERT_NE(shared, nullptr);
  ServerProcess server(areas, {{kAdd, "add", Add}});
  const Ended ended = RunInChild([&] {
    areas.Attach(0, BAILEY_CLIENT);
    std::atomic<int> missing = 0;
    std::atomic<long> printed = 0;
    const auto print = [&] {
      for (int i = 0; i < 300; ++i) {
        std::fprintf(shared, "line %d\n", 1000 + i);
        const long least = printed += 10;
        CallAdd(1, 2);
        if (lseek(fileno(shared), 0, SEEK_END) < least) ++missing;
      }
    };
    std::thread other(print);
    print();
    other.join();
    return missing == 0 ? 0 : 1;
  });
  std::fclose(shared);
  EXPECT_TRUE(ended.Exited(0)) << ended.errors << ended.status;
}

TEST_F(ChannelTest, RequestTooLargeAbortsAndSaysSo) {
  const Ended ended = RunClient([] {
    const std::vector<char> large(kAreaBytes);
    bailey_crossing* message = bailey_begin(0, kMirror, "mirror");
    bailey_put(message, large.data(), large.size());
    return 0;
  });
  EXPECT_TRUE(ended.Aborted());
  EXPECT_THAT(ended.errors, HasSubstr("crossing `mirror`: crossing too large"));
}

TEST_F(ChannelTest, StringTooLargeAbortsAndSaysSo) {
  const Ended ended = RunClient(
      [] { return CallString(std::string(kAreaBytes, 'x').c_str()) != 0; });
  EXPECT_TRUE(ended.Aborted());
  EXPECT_THAT(ended.errors, HasSubstr("crossing too large"));
}

TEST_F(ChannelTest, ReplyTooLargeAbortsAndSaysSo) {
  const Ended ended = RunClient([] {
    CallEmpty(kLarge);
    return 0;
  });
  EXPECT_TRUE(ended.Aborted());
  EXPECT_THAT(ended.errors, HasSubstr("crossing too large"));
}

TEST_F(ChannelTest, UnknownFunctionAborts) {
  const Ended ended = RunClient([] {
    CallEmpty(99);
    return 0;
  });
  EXPECT_TRUE(ended.Aborted());
  EXPECT_THAT(ended.errors, HasSubstr("does not offer it"));
}

TEST_F(ChannelTest, CountsThatFitNoMessageAbort) {
  for (const unsigned long count : {~0ul, 1ul << 62, 4096ul}) {
    const Ended ended = RunClient([count] {
      bailey_bytes(bailey_begin(0, kAdd, "add"), 0, count, 8);
      return 0;
    });
    EXPECT_TRUE(ended.Aborted()) << count;
  }
  EXPECT_TRUE(RunClient([] {
                bailey_bytes(bailey_begin(0, kAdd, "add"), 1, 4, 8);
                return 0;
              }).Aborted());
}

TEST_F(ChannelTest, OverlapsAndNullArraysAbort) {
  EXPECT_THAT(RunClient([] {
                char bytes[8];
                bailey_require_apart(bailey_begin(0, kAdd, "add"), bytes, 5,
                                     bytes + 4, 4);
                return 0;
              }).errors,
              HasSubstr("two arguments overlap"));
  EXPECT_THAT(RunClient([] {
                bailey_require(bailey_begin(0, kAdd, "add"), nullptr, "key");
                return 0;
              }).errors,
              HasSubstr("`key` is null"));
  EXPECT_TRUE(RunClient([] {
                char bytes[8];
                bailey_crossing* message = bailey_begin(0, kAdd, "add");
                bailey_require_apart(message, bytes, 4, bytes + 4, 4);
                bailey_require_apart(message, bytes + 4, 4, bytes, 4);
                bailey_require_apart(message, bytes, 8, nullptr, 0);
                return 0;
              }).Exited(0));
}

TEST_F(ChannelTest, AForkedChildHasNoChannel) {
  const Ended ended = RunClient([] {
    if (fork() == 0) {
      CallAdd(1, 2);
      _exit(0);
    }
    int status = 0;
    wait(&status);
    return WIFSIGNALED(status) ? CallAdd(1, 2) - 3 : 1;
  });
  EXPECT_TRUE(ended.Exited(0)) << ended.errors;
  EXPECT_THAT(ended.errors, HasSubstr("a forked child has no channel"));
}

TEST_F(ChannelTest, ACrossingWithinACrossingAborts) {
  const Ended ended = RunClient([] {
    bailey_begin(0, kAdd, "add");
    return CallAdd(1, 2);
  });
  EXPECT_THAT(ended.errors, HasSubstr("it interrupts another crossing"));
}

TEST_F(ChannelTest, AbsentFunctionsSayTheirName) {
  const Ended ended = RunInChild([]() -> int { bailey_absent("open_vault"); });
  EXPECT_TRUE(ended.Aborted());
  EXPECT_THAT(ended.errors, HasSubstr("`open_vault`: this function is not in "
                                      "this portion"));
}

TEST_F(ChannelTest, AttachingTwiceOrWronglyAborts) {
  const auto attach = [this](unsigned index, int times) {
    return RunInChild([&] {
      for (int i = 0; i < times; ++i) areas_.Attach(index, BAILEY_CLIENT);
      return 0;
    });
  };
  EXPECT_TRUE(attach(0, 1).Exited(0));
  EXPECT_TRUE(attach(0, 2).Aborted());
  EXPECT_TRUE(attach(BAILEY_MAX_CHANNELS, 1).Aborted());
}

}  // namespace
}  // namespace bailey
