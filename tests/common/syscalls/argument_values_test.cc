#include "common/syscalls/argument_values.h"

#include <gtest/gtest.h>

#include "common/syscalls/constants.h"

namespace bailey {
namespace {

std::string Text(std::string_view call, size_t argument, uint64_t value) {
  const Syscall* found =
      SyscallTable::For(Architecture::kX8664).FindByName(call);
  return found == nullptr ? "" : ArgumentValueText(*found, argument, value);
}

TEST(ArgumentValuesTest, NamesWhatHasAName) {
  EXPECT_EQ(Text("socket", 0, 1), "AF_UNIX");
  EXPECT_EQ(Text("socket", 1, 0x80801),
            "SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC");
  EXPECT_EQ(Text("openat", 2, 0x80000), "O_RDONLY | O_CLOEXEC");
  EXPECT_EQ(Text("openat", 2, 0x241), "O_WRONLY | O_CREAT | O_TRUNC");
  EXPECT_EQ(Text("openat", 2, 0), "O_RDONLY");
  EXPECT_EQ(Text("openat", 0, 0xffffff9c), "AT_FDCWD");
  EXPECT_EQ(Text("mmap", 2, 5), "PROT_READ | PROT_EXEC");
  EXPECT_EQ(Text("kill", 1, 6), "SIGABRT");
  EXPECT_EQ(Text("fcntl", 1, 1030), "F_DUPFD_CLOEXEC");
  EXPECT_EQ(Text("fcntl", 1, 0), "F_DUPFD");
  EXPECT_EQ(Text("fcntl", 1, 2), "F_SETFD");
  EXPECT_EQ(Text("fcntl", 1, 4), "F_SETFL");
  EXPECT_EQ(Text("prlimit64", 1, 7), "RLIMIT_NOFILE");
  EXPECT_EQ(Text("unlinkat", 2, 0x200), "AT_REMOVEDIR");
}

TEST(ArgumentValuesTest, NumbersAreThoseThatTheKernelReads) {
  EXPECT_EQ(Text("kill", 0, 0xffffffffffffffff), "-1");
  EXPECT_EQ(Text("kill", 0, 0x1234500000007), "7");
  EXPECT_EQ(Text("kill", 0, 0x80000000), "-2147483648");
  EXPECT_EQ(Text("read", 1, 0x7fff0000), "0x7fff0000");
  EXPECT_EQ(Text("read", 1, 0), "NULL");
  EXPECT_EQ(Text("socket", 0, 0x7777), "0x7777");
}

TEST(ArgumentValuesTest, TellingArgumentsAreNoAddressesAndDescriptors) {
  const SyscallTable& table = SyscallTable::For(Architecture::kX8664);
  EXPECT_TRUE(IsTelling(*table.FindByName("socket"), 0));
  EXPECT_TRUE(IsTelling(*table.FindByName("mmap"), 2));
  EXPECT_FALSE(IsTelling(*table.FindByName("mmap"), 0));
  EXPECT_FALSE(IsTelling(*table.FindByName("read"), 0));
  EXPECT_FALSE(IsTelling(*table.FindByName("read"), 5));
}

// A text that has another value would be a rule for another call.
TEST(ArgumentValuesTest, FlagsAddUp) {
  for (uint64_t value : {0x0ull, 0x41ull, 0x80241ull, 0x7fffffffull, 0x3ull}) {
    uint64_t sum = 0;
    std::string_view rest;
    const std::string text = Text("openat", 2, value);
    rest = text;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find(" | "), rest.size());
      const std::string part(rest.substr(0, end));
      const auto constant = FindConstant(Architecture::kX8664, part);
      sum |= constant ? *constant : std::stoull(part, nullptr, 0);
      rest.remove_prefix(std::min(end + 3, rest.size()));
    }
    EXPECT_EQ(sum, value) << text;
  }
}

}  // namespace
}  // namespace bailey
