#include "policy-compiler/infer/value_name.h"

#include <gtest/gtest.h>

#include "policy-compiler/language/compile.h"

namespace bailey::policy {
namespace {

std::string Name(std::string_view call, size_t index, uint64_t value,
                 Architecture architecture = Architecture::kX8664) {
  const Syscall& found = *SyscallTable::For(architecture).FindByName(call);
  return ValueName(architecture, found, found.arguments[index], value);
}

TEST(ValueName, NamesValuesAndFlags) {
  EXPECT_EQ(Name("openat", 0, 0xffffff9c), "AT_FDCWD");
  EXPECT_EQ(Name("openat", 2, 0), "O_RDONLY");
  EXPECT_EQ(Name("openat", 2, 0x80241), "O_WRONLY|O_CREAT|O_TRUNC|O_CLOEXEC");
  EXPECT_EQ(Name("socket", 1, 0x80001), "SOCK_STREAM|SOCK_CLOEXEC");
  EXPECT_EQ(Name("mprotect", 2, 3), "PROT_READ|PROT_WRITE");
  EXPECT_EQ(Name("mprotect", 2, 0), "PROT_NONE");
  EXPECT_EQ(Name("ioctl", 1, 0x5401), "TCGETS");
  EXPECT_EQ(Name("tgkill", 2, 6), "SIGABRT");
}

TEST(ValueName, IsEmptyForWhatHasNoName) {
  EXPECT_EQ(Name("openat", 2, 3), "");
  EXPECT_EQ(Name("openat", 0, 7), "");
  EXPECT_EQ(Name("read", 2, 8), "");
  EXPECT_EQ(Name("mprotect", 2, 0x40000000), "");
}

TEST(ValueName, KnowsThatArchitecturesDiffer) {
  EXPECT_EQ(Name("openat", 2, 0x10000), "O_RDONLY|O_DIRECTORY");
  EXPECT_EQ(Name("openat", 2, 0x4000, Architecture::kAarch64),
            "O_RDONLY|O_DIRECTORY");
}

// What is written is worth what it stands for.
TEST(ValueName, IsWorthTheValue) {
  const auto check = [](std::string_view call, size_t index) {
    size_t named = 0;
    for (uint64_t value = 0; value < 0x900000;
         value += value < 600 ? 1 : 0x3f1) {
      const std::string name = Name(call, index, value);
      if (name.empty()) continue;
      ++named;
      std::vector<std::string> arguments(index, "0");
      arguments.push_back(name);
      const auto data = ParseInvocation(Architecture::kX8664, call, arguments);
      ASSERT_TRUE(data.ok()) << name;
      EXPECT_EQ(data->arguments[index], value) << name;
    }
    EXPECT_GT(named, 0u) << call;
  };
  check("openat", 2);
  check("socket", 1);
  check("socket", 0);
  check("mmap", 2);
  check("fcntl", 1);
}

}  // namespace
}  // namespace bailey::policy
