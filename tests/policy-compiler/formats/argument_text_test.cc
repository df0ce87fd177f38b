#include "policy-compiler/formats/argument_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace bailey::policy {
namespace {

const SyscallArgument& ArgumentOf(std::string_view call, size_t index) {
  return SyscallTable::For(Architecture::kX8664)
      .FindByName(call)
      ->arguments[index];
}

constexpr uint64_t kTop = std::numeric_limits<uint64_t>::max();

TEST(ArgumentText, WritesSignedValuesAsTheNumbersThatTheyAre) {
  const SyscallArgument& dirfd = ArgumentOf("openat", 0);
  EXPECT_EQ(ArgumentValueText(dirfd, 0xffffff9c), "-100");
  EXPECT_EQ(ArgumentValueText(dirfd, 0x80000000), "-2147483648");
  EXPECT_EQ(ArgumentValueText(dirfd, 7), "7");
  EXPECT_EQ(ArgumentValueText(ArgumentOf("lseek", 1), uint64_t{1} << 63),
            "-9223372036854775808");
  EXPECT_EQ(ArgumentValueText(ArgumentOf("read", 2), kTop),
            "0xffffffffffffffff");
}

TEST(ArgumentText, SplitsARangeWhereTheSignTurns) {
  const SyscallArgument& dirfd = ArgumentOf("openat", 0);
  EXPECT_EQ(ArgumentTest(dirfd, {{3, 0xffffffff}}),
            "dirfd in {3..0x7fffffff, -2147483648..-1}");
  EXPECT_EQ(ArgumentTest(dirfd, {{5, 5}}), "dirfd == 5");
  EXPECT_EQ(ArgumentTest(dirfd, {{1, 2}, {9, 9}}), "dirfd in {1..2, 9}");
}

TEST(ArgumentText, ComparesAPointerWithNullAlone) {
  const SyscallArgument& buffer = ArgumentOf("read", 1);
  EXPECT_EQ(ArgumentTest(buffer, {{0, 0}}), "buf == NULL");
  EXPECT_EQ(ArgumentTest(buffer, {{1, kTop}}), "buf != NULL");
  EXPECT_EQ(ArgumentTest(buffer, {{4096, 4096}}), std::nullopt);
}

TEST(ArgumentText, JoinsRangesThatMeet) {
  using Ranges = std::vector<BitRange>;
  EXPECT_EQ(Normalized({{5, 9}, {0, 1}, {2, 2}, {7, 12}}),
            (Ranges{{0, 2}, {5, 12}}));
  EXPECT_EQ(Normalized({{0, kTop}, {3, 4}}), (Ranges{{0, kTop}}));
}

TEST(ArgumentText, KnowsWhatCanBeAName) {
  EXPECT_TRUE(IsPolicyName("_a1"));
  for (const char* name : {"", "1a", "a-b", "a b", "a{", "\xc3\xa9"})
    EXPECT_FALSE(IsPolicyName(name)) << name;
}

}  // namespace
}  // namespace bailey::policy
