// Constant expressions, through the parser of `policy eval`'s words.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/syscalls/syscall_table.h"
#include "tests/policy-compiler/language/policy_testing.h"

namespace bailey::policy {
namespace {

using testing::HasSubstr;

Result<uint64_t> Value(const std::string& expression) {
  const std::vector<std::string> words = {expression};
  const auto data = ParseInvocation(Architecture::kX8664, "read", words);
  if (!data.has_value()) return std::unexpected(data.error());
  return data->arguments[0];
}

TEST(InvocationTest, Constants) {
  const std::vector<std::pair<std::string, uint64_t>> cases = {
      {"10", 10},
      {"0x1F", 31},
      {"0o17", 15},
      {"017", 15},
      {"0", 0},
      {"18446744073709551615", ~uint64_t{0}},
      {"-9223372036854775808", uint64_t{1} << 63},
      {"-1", ~uint64_t{0}},
      {"~0", ~uint64_t{0}},
      {"NULL", 0},
      {"AT_FDCWD", static_cast<uint64_t>(-100)},
      {"1 | 2 & 3 << 1", 3},
      {"1 + 2 << 1", 6},
      {"7 - 2 - 1", 4},
      {"- - 3", 3},
      {"(1 | 4) & ~1", 4},
      {"1 << 63", uint64_t{1} << 63},
      {"O_RDWR|O_CREAT", 0x42},
  };
  for (const auto& [text, value] : cases) {
    const auto found = Value(text);
    ASSERT_TRUE(found.has_value()) << text << ": " << found.error().message;
    EXPECT_EQ(*found, value) << text;
  }
}

TEST(InvocationTest, WhatIsNoConstantIsAnError) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "expected a number or a named constant"},
      {"1 +", "expected a number or a named constant"},
      {"089", "is not a number"},
      {"12ab", "is not a number"},
      {"0x", "is not a number"},
      {"1.5", "is not a whole number"},
      {"18446744073709551616", "does not fit 64 bits"},
      {"0xffffffffffffffff + 1", "does not fit 64 bits"},
      {"-0x8000000000000001", "does not fit 64 bits"},
      {"1 << 64", "a shift is by 0 to 63 bits"},
      {"-1 << 1", "a negative value cannot be shifted"},
      {"2 << 63", "does not fit 64 bits"},
      {"O_RDONYL", "unknown constant"},
      {"1 2", "expected the end of the expression"},
      {"(1", "expected `)`"},
  };
  for (const auto& [text, message] : cases) {
    const auto found = Value(text);
    ASSERT_FALSE(found.has_value()) << text;
    EXPECT_THAT(found.error().message, HasSubstr(message)) << text;
  }
}

TEST(InvocationTest, AMisspeltConstantGetsTheNearest) {
  EXPECT_EQ(Value("O_RDONYL").error().hint, "did you mean `O_RDONLY`?");
}

TEST(InvocationTest, CallsByNameAndByNumber) {
  const auto number = [](std::string_view word) {
    return ParseInvocation(Architecture::kX8664, word, {});
  };
  EXPECT_EQ(number("openat")->number, 257u);
  EXPECT_EQ(number("257")->number, 257u);
  EXPECT_EQ(number("0x40000000")->number, 0x40000000u);
  EXPECT_EQ(number("-1")->number, 0xffffffffu);
  EXPECT_EQ(number("openat")->architecture,
            SyscallTable::For(Architecture::kX8664).audit_arch());
  EXPECT_EQ(number("opennat").error().hint, "did you mean `openat`?");
  EXPECT_FALSE(number("4294967296").has_value());
  EXPECT_FALSE(number("").has_value());
}

TEST(InvocationTest, SixArgumentsAtMost) {
  const std::vector<std::string> six(6, "1"), seven(7, "1");
  EXPECT_EQ(ParseInvocation(Architecture::kX8664, "read", six)->arguments[5],
            1u);
  EXPECT_FALSE(
      ParseInvocation(Architecture::kX8664, "read", seven).has_value());
}

}  // namespace
}  // namespace bailey::policy
