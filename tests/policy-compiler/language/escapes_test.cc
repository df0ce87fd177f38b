#include "policy-compiler/language/escapes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// The kernel uses the low half of these whatever else is passed: bits above it
// decide nothing, in a denial and in an allow.
TEST(EscapesTest, BitsThatTheKernelDropsDecideNothing) {
  const struct {
    const char* condition;
    const char* call;
    int argument;
    uint64_t low;
  } cases[] = {
      {"flags == 17", "clone", 0, 17}, {"fd == 5", "readv", 0, 5},
      {"fd == 5", "writev", 0, 5},     {"fd == 5", "preadv", 0, 5},
      {"fd == 5", "pwritev2", 0, 5},   {"fd == 5", "mmap", 4, 5},
      {"pid == 5", "ptrace", 1, 5},    {"iovcnt == 5", "writev", 2, 5},
      {"mode == 5", "mbind", 2, 5},
  };
  for (const auto& each : cases) {
    const std::string pattern =
        std::string(each.call) + "(" + each.condition + ")";
    const Policy denies =
        MustLoad("deny syscall " + pattern + " then trap; otherwise allow;");
    SeccompData data = Call(each.call);
    for (const uint64_t high :
         {0x0ull, 0x100000000ull, 0x8000000000000000ull}) {
      data.arguments[static_cast<size_t>(each.argument)] = each.low | high;
      EXPECT_EQ(ActionName(Judge(denies, data).action), "trap")
          << pattern << " " << high;
    }
  }
}

TEST(EscapesTest, DenialsOfHalvesAreWarnedOf) {
  EXPECT_THAT(WarningsOf("deny syscall fcntl(cmd == F_SETFL, arg == O_ASYNC);"),
              ElementsAre(HasSubstr("only the lower 32 bits of `arg`")));
  EXPECT_THAT(WarningsOf("deny syscall prctl(arg5 in {1, 3..4});"),
              ElementsAre(HasSubstr("`arg5`")));
  EXPECT_THAT(WarningsOf("deny syscall keyctl(not arg3 > 4);"),
              ElementsAre(HasSubstr("`arg3`")));
  EXPECT_THAT(WarningsOf("allow syscall fcntl(arg != 5);"),
              ElementsAre(HasSubstr("meets this condition")));
}

TEST(EscapesTest, WhatCannotBeEscapedIsNot) {
  EXPECT_THAT(
      WarningsOf(
          "deny syscall fcntl(cmd == F_SETFL, arg & 0xffffffff == O_ASYNC);"
          "allow syscall fcntl(arg == 5); allow syscall prctl(arg2 <= 5);"
          "deny syscall keyctl(arg2 > 5); deny syscall semctl(arg != 5);"
          "allow syscall mmap(prot == 3); deny syscall mmap(prot & 4 != 0);"
          "allow syscall prctl(arg3 in {1, 3..5}); allow syscall "
          "kcmp(idx1 > 3 and idx1 < 5); deny syscall kcmp(not idx2 in {3..5});"
          "allow syscall socket(type == SOCK_STREAM);"
          "deny syscall read(fd == 5);"),
      IsEmpty());
}

TEST(EscapesTest, DenialsOfWholeFlagWordsAreWarnedOf) {
  for (const char* denial :
       {"socket(type == SOCK_RAW)", "open(flags == O_WRONLY)",
        "mmap(prot == PROT_READ | PROT_EXEC)", "clone(flags == CLONE_NEWUSER)",
        "mprotect(prot in {4, 7})"}) {
    EXPECT_THAT(WarningsOf(std::string("deny syscall ") + denial + ";"),
                ElementsAre(HasSubstr("a word of flags")))
        << denial;
  }
  EXPECT_THAT(WarningsOf("allow syscall unshare(flags != CLONE_NEWUSER);"),
              ::testing::Contains(HasSubstr("a word of flags")));
}

}  // namespace
}  // namespace bailey::policy
