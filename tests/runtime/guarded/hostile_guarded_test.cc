// Functions that believe their arguments, and arguments that deceive them: what
// works against a copy in the message must not against one between guards.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>

#include "runtime/guard_layout.h"
#include "runtime/guarded.h"
#include "runtime/handles.h"
#include "tests/runtime/guarded/answering.h"

namespace bailey {
namespace {

using ::testing::HasSubstr;

enum Act : int32_t { kRead, kWrite, kWrapped, kUnending, kReturn, kNothing };

// What the client sends before the bytes.
struct Arguments {
  int32_t act = kNothing;
  uint32_t size = 0;
  int64_t index = 0;
};

// int act(char bytes[size], const char other[8], ...), as it might be: the
// result is what was read. The compiler must not know that it is wrong.
uint64_t Run(const Arguments& arguments, volatile unsigned char* bytes) {
  uint64_t seen = 0;
  switch (arguments.act) {
    case kRead:
      for (int i = 0; i < 8; ++i)
        seen |= uint64_t{bytes[arguments.index + i]} << (8 * i);
      return seen;
    case kWrite:
      bytes[arguments.index] = 0x5a;
      return 0;
    case kWrapped:
      for (uint32_t i = 0; i < arguments.size - 1; ++i) bytes[i] = 0x5a;
      return 0;
    case kUnending:
      while (bytes[seen] != 0xff) ++seen;
      return seen;
    default:
      return 0;
  }
}

constexpr char kOther[] = "neighbor";
const void* last_copy;     // what the function got
const void* last_other;    // its other parameter, in the message
volatile uint64_t* vault;  // a secret of the trusted side

// The glue, with and without guards. The reply: the bytes, then the result,
// then the other parameter as it is behind the call.
template <bool guarded>
void Serve(bailey_crossing* message) {
  Arguments arguments;
  bailey_take_into(message, &arguments, sizeof arguments);
  void* bytes = bailey_take(message, arguments.size);
  const void* other = bailey_take(message, 8);
  void* room = guarded ? bailey_reserve(message, arguments.size)
                       : bailey_reserve_copy(message, bytes, arguments.size);
  void* result = bailey_reserve(message, 8);
  void* other_room = bailey_reserve_copy(message, other, 8);
  void* copy =
      guarded ? bailey_guard(message, bytes, arguments.size, 1, "bytes") : room;
  if (!bailey_ready(message)) return;
  last_copy = copy;
  last_other = other_room;
  const uint64_t seen =
      Run(arguments, static_cast<volatile unsigned char*>(copy));
  memcpy(result, &seen, sizeof seen);
  if (arguments.act == kReturn)
    bailey_give_handle(message, result, copy, BAILEY_HANDLE_TAG(1, 1));
  if (guarded && arguments.size > 0) memcpy(room, copy, arguments.size);
}

std::string Request(const Arguments& arguments) {
  std::string request(reinterpret_cast<const char*>(&arguments),
                      sizeof arguments);
  request.append(arguments.size, 'b');
  request.append((8 - request.size() % 8) % 8, '\0');
  return request + kOther;
}

template <bool guarded>
Ended Attack(const Arguments& arguments) {
  return RunInChild([&] {
    Answering server(Serve<guarded>);
    if (server.Send(Request(arguments)) != BAILEY_OK) return 2;
    return server.Reply().ends_with(kOther) ? 0 : 1;
  });
}

// A sanitizer's own handler says so in its own words.
bool Faulted(const Ended& ended) {
  if (ended.errors.contains("AddressSanitizer: SEGV")) return true;
  return WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGSEGV &&
         ended.errors ==
             "bailey: crossing `act`: its code reaches beyond what was passed "
             "for `bytes`\n";
}

TEST(HostileGuardedTest, WhatIsRightIsAnswered) {
  EXPECT_TRUE(Attack<false>({kRead, 64, 8}).Exited(0));
  EXPECT_TRUE(Attack<true>({kRead, 64, 8}).Exited(0));
  EXPECT_TRUE(Attack<true>({kWrite, 64, 63}).Exited(0));
}

TEST(HostileGuardedTest, ReadingBehind) {
  EXPECT_TRUE(Attack<false>({kRead, 64, 64}).Exited(0));
  EXPECT_TRUE(Faulted(Attack<true>({kRead, 64, 64})));
  EXPECT_TRUE(Faulted(Attack<true>({kRead, 64, 57})));
}

// The other parameter was looked at before, and is another one now.
TEST(HostileGuardedTest, WritingBehindChangesNoOther) {
  EXPECT_TRUE(Attack<false>({kWrite, 64, 64 + 8}).Exited(1));
  EXPECT_TRUE(Faulted(Attack<true>({kWrite, 64, 64 + 8})));
  EXPECT_TRUE(Faulted(Attack<true>({kWrite, 64, 64})));
}

TEST(HostileGuardedTest, WritingInFrontIsFoundBehindTheCall) {
  EXPECT_TRUE(Attack<false>({kWrite, 64, -1}).Exited(0));
  for (const int64_t index : {-1, -16, -64, -(4096 - 64)}) {
    const Ended ended = Attack<true>({kWrite, 64, index});
    EXPECT_TRUE(ended.Aborted()) << index;
    EXPECT_THAT(ended.errors, HasSubstr("crossing `act`: its code wrote beside "
                                        "what was passed for `bytes`"));
  }
  EXPECT_TRUE(Faulted(Attack<true>({kWrite, 64, -(4096 - 64) - 1})));
}

// Five bytes lie on a multiple of four: three more are behind them.
TEST(HostileGuardedTest, WhatAlignmentTakesIsWatched) {
  EXPECT_TRUE(Attack<true>({kWrite, 5, 7}).Aborted());
  EXPECT_TRUE(Faulted(Attack<true>({kWrite, 5, 8})));
}

TEST(HostileGuardedTest, AnIndexOf32BitsReachesNothing) {
  for (const int64_t index : {int64_t{INT32_MAX}, int64_t{INT32_MIN},
                              int64_t{UINT32_MAX}, int64_t{UINT32_MAX} * 7,
                              int64_t{INT32_MAX} * 15, int64_t{INT32_MIN} * 15})
    for (const uint32_t size : {0u, 5u, 64u, 4096u, 5000u})
      EXPECT_TRUE(Faulted(Attack<true>({kRead, size, index})))
          << index << ' ' << size;
}

TEST(HostileGuardedTest, ACountThatWraps) {
  const Ended plain = Attack<false>({kWrapped, 0, 0});
  EXPECT_FALSE(plain.Exited(0));  // it went on until there was no memory
  EXPECT_THAT(plain.errors, Not(HasSubstr("bytes")));
  EXPECT_TRUE(Faulted(Attack<true>({kWrapped, 0, 0})));
}

TEST(HostileGuardedTest, ALoopWithoutItsEnd) {
  EXPECT_TRUE(Faulted(Attack<true>({kUnending, 64, 0})));
  EXPECT_TRUE(Faulted(Attack<true>({kUnending, 0, 0})));
}

// The attacker knows where everything lies.
template <bool guarded>
Ended AskForTheVault() {
  return RunInChild([] {
    vault = static_cast<volatile uint64_t*>(
        mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
             -1, 0));
    *vault = 0x5ec2e75ec2e7;
    Answering server(Serve<guarded>);
    if (server.Send(Request({kNothing, 64, 0})) != BAILEY_OK) return 2;
    const int64_t far = reinterpret_cast<intptr_t>(vault) -
                        reinterpret_cast<intptr_t>(last_copy);
    // What 32 bits of it are.
    server.Send(Request({kRead, 64, static_cast<int32_t>(far)}));
    uint64_t seen;
    memcpy(&seen, server.Reply().data() + 64, sizeof seen);
    return seen == *vault ? 1 : 0;
  });
}

TEST(HostileGuardedTest, ASecretOfTheTrustedSideIsOutOfReach) {
  EXPECT_TRUE(AskForTheVault<false>().Exited(1));
  EXPECT_TRUE(Faulted(AskForTheVault<true>()));
}

// The client writes the next message there.
TEST(HostileGuardedTest, ACopyIsNoHandle) {
  const Ended ended = Attack<true>({kReturn, 64, 0});
  EXPECT_TRUE(ended.Aborted());
  EXPECT_THAT(ended.errors, HasSubstr("returns a pointer to its arguments"));
}

// A request that is refused late has been copied already.
TEST(HostileGuardedTest, NothingIsLeftOfARequest) {
  EXPECT_TRUE(RunInChild([] {
                Answering server(Serve<true>);
                if (server.Send(Request({kNothing, 64, 0})) != BAILEY_OK)
                  return 2;
                const void* copy = last_copy;
                const std::string zeros(64, '\0');
                if (memcmp(copy, zeros.data(), 64) != 0) return 1;
                if (server.Send(Request({kNothing, 64, 0}) + "more") !=
                    BAILEY_MALFORMED)
                  return 2;
                return memcmp(copy, zeros.data(), 64) != 0 ? 1 : 0;
              }).Exited(0));
}

// A signal that somebody sends is not swallowed.
TEST(HostileGuardedTest, ASegvThatIsSentEndsTheProcess) {
  const Ended ended = RunInChild([] {
    Answering server(Serve<true>);
    raise(SIGSEGV);
    return 0;
  });
  EXPECT_FALSE(ended.Exited(0));
}

TEST(HostileGuardedTest, AHandlerOfTheProgramsOwnStays) {
  EXPECT_TRUE(RunInChild([] {
                signal(SIGSEGV, [](int) { _exit(7); });
                Answering server(Serve<true>);
                server.Send(Request({kRead, 64, 64}));
                return 0;
              }).Exited(7));
}

}  // namespace
}  // namespace bailey
