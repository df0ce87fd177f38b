#include "policy-compiler/infer/capability_condition.h"

#include <gtest/gtest.h>

namespace bailey::policy {
namespace {

std::string Condition(std::string_view call,
                      std::vector<ArgumentValues> arguments) {
  return CapabilityCondition(
      Architecture::kX8664,
      *SyscallTable::For(Architecture::kX8664).FindByName(call), arguments);
}

TEST(CapabilityCondition, TestsWhatIsKnown) {
  EXPECT_EQ(Condition("read", {}), "");
  EXPECT_EQ(Condition("read", {{0, "fd", {{3, 3}}}}), "fd == 3");
  EXPECT_EQ(Condition("read", {{0, "fd", {}}, {2, "count", {{8, 9}}}}),
            "count in {8..9}");
}

TEST(CapabilityCondition, ComparesWhatTheKernelReads) {
  // An int as the report has it, with and without its upper half.
  EXPECT_EQ(Condition("openat", {{0, "dirfd", {{0xffffff9c, 0xffffff9c}}}}),
            "dirfd == AT_FDCWD");
  const uint64_t extended = ~uint64_t{99};
  EXPECT_EQ(Condition("openat", {{0, "dirfd", {{extended, extended}}}}),
            "dirfd == AT_FDCWD");
}

TEST(CapabilityCondition, LeavesOutWhatCannotBeTold) {
  EXPECT_EQ(Condition("read", {{1, "buf", {{4096, 4096}}}}), "");
  EXPECT_EQ(Condition("read", {{1, "buf", {{0, 0}}}}), "buf == NULL");
  EXPECT_EQ(Condition("read", {{0, "fd", {{0, 256}}}}), "");
  EXPECT_EQ(Condition("read", {{0, "fd", {{0, 255}}}}), "fd in {0..255}");
  EXPECT_EQ(Condition("read", {{5, "", {{1, 1}}}}), "");
  // More than 32 bits of a range: which low ones is not told.
  EXPECT_EQ(Condition("read", {{0, "fd", {{0xffffffff, 0x100000000}}}}), "");
}

}  // namespace
}  // namespace bailey::policy
