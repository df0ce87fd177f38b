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

TEST(CapabilityCondition, TestsKnownBitsByAMask) {
  const auto flags = [](std::vector<ValueSet> sets) {
    return Condition("openat", {{2, "flags", std::move(sets)}});
  };
  // O_APPEND and O_CLOEXEC are open.
  EXPECT_EQ(flags({ValueSet::WithBits(0xfff7fbff, 0x41)}),
            "flags & ~(O_APPEND|O_CLOEXEC) == O_WRONLY|O_CREAT");
  EXPECT_EQ(flags({ValueSet::WithBits(0x3, 0x2)}),
            "flags & O_ACCMODE == O_RDWR");
  EXPECT_EQ(flags({ValueSet::WithBits(0x400, 0x400)}),
            "flags & O_APPEND == O_APPEND");
  EXPECT_EQ(flags({ValueSet::WithBits(0x400, 0)}), "flags & O_APPEND == 0x0");
  // What has no name.
  EXPECT_EQ(flags({ValueSet::WithBits(0x10000001, 0x1)}),
            "flags & 0x10000001 == 0x1");
  EXPECT_EQ(flags({ValueSet::WithBits(0x3, 0x1), {2, 2}}),
            "(flags == O_RDWR or flags & O_ACCMODE == O_WRONLY)");
  // All bits, and none that the kernel reads.
  EXPECT_EQ(flags({ValueSet::WithBits(0xffffffff, 0x1)}), "flags == O_WRONLY");
  EXPECT_EQ(flags({ValueSet::WithBits(uint64_t{1} << 40, 0)}), "");
  EXPECT_EQ(flags({ValueSet::WithBits(0x3, 0x1), {0, 1000}}), "");
  EXPECT_EQ(Condition("read", {{1, "buf", {ValueSet::WithBits(1, 0)}}}), "");
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
